package org.decentralizedai.billing.key;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a key's owner chooses.
 *
 * @param name to tell keys apart
 * @param expiresAtMillis null: never
 * @param requestsPerMinute null: as many as the account may
 * @param tokensPerMinute prompt and answer; null: as many as the account may
 */
public record KeyTerms(
        String name,
        Set<Scope> scopes,
        @Nullable Long expiresAtMillis,
        @Nullable Long requestsPerMinute,
        @Nullable Long tokensPerMinute) {

    public KeyTerms {
        name = CustomerStore.checkedName(name);
        scopes = Set.copyOf(scopes);
        if (scopes.isEmpty()) throw new IllegalArgumentException("a key must be good for something");
        positive("requestsPerMinute", requestsPerMinute);
        positive("tokensPerMinute", tokensPerMinute);
    }

    private static void positive(String name, @Nullable Long value) {
        if (value != null && value <= 0) throw new IllegalArgumentException(name + " must be > 0: " + value);
    }

    /** Good for everything, for ever, as much as the account may. */
    public static KeyTerms named(String name) {
        return new KeyTerms(name, Set.of(Scope.values()), null, null, null);
    }
}
