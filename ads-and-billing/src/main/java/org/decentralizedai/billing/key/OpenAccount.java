package org.decentralizedai.billing.key;

import org.jdbi.v3.core.Handle;

/** Keeps an account from being deleted while something is added to it, and anything from being added once it is deleted. */
public final class OpenAccount {
    private OpenAccount() {}

    /** There is no such account, or it is deleted. */
    public static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Gone() {
            super("there is no such account, or it is deleted");
        }
    }

    /**
     * Holds its row until the end of the transaction, which deletion changes first.
     *
     * @param handle in a transaction
     * @throws Gone when there is none to hold
     */
    public static void hold(Handle handle, String account) {
        boolean open = handle.createQuery("select id from customer where id = :id and deleted_at is null for update")
                .bind("id", account)
                .mapTo(String.class)
                .findOne()
                .isPresent();
        if (!open) throw new Gone();
    }
}
