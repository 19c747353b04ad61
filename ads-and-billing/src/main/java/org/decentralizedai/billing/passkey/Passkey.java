package org.decentralizedai.billing.passkey;

import org.jspecify.annotations.Nullable;

/**
 * A passkey of an account.
 *
 * @param id in base64url
 * @param name by which its owner tells it apart
 * @param usedAtMillis last; null: never
 */
public record Passkey(
        String id,
        String name,
        long createdAtMillis,
        @Nullable Long usedAtMillis) {}
