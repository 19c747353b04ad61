package org.decentralizedai.billing.passkey;

import java.util.Set;

/**
 * For whom passkeys are good.
 *
 * @param host such as train.example; passkeys are bound to it for ever
 * @param origins of the pages that may use them
 */
public record RelyingSite(String host, Set<String> origins) {
    public RelyingSite {
        origins = Set.copyOf(origins);
    }
}
