package org.decentralizedai.server.chat;

import org.decentralizedai.billing.key.StoredKey;

/** Who asks. */
sealed interface Caller {
    /** Signed out: pays nothing. */
    record Visitor(String address) implements Caller {}

    /** A customer's program. */
    record KeyHolder(StoredKey key) implements Caller {}
}
