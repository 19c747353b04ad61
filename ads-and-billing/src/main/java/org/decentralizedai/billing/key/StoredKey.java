package org.decentralizedai.billing.key;

import org.jspecify.annotations.Nullable;

/**
 * A key without its text.
 *
 * @param id stays when the text is rotated
 * @param hint how the text begins
 * @param usedAtMillis last, to the minute; null: never
 * @param revokedAtMillis null: it is not
 */
public record StoredKey(
        String id,
        String customer,
        KeyTerms terms,
        String hint,
        long createdAtMillis,
        @Nullable Long usedAtMillis,
        @Nullable Long revokedAtMillis) {

    public boolean revoked() {
        return revokedAtMillis != null;
    }

    public boolean expired(long nowMillis) {
        var end = terms.expiresAtMillis();
        return end != null && nowMillis >= end;
    }
}
