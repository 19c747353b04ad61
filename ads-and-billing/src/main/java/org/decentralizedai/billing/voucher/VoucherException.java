package org.decentralizedai.billing.voucher;

/** Why something signed is refused; the message is for the customer. */
public final class VoucherException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What is wrong. */
    public enum Code {
        /** The account has no such purse. */
        NO_PURSE,
        NO_DELEGATE,
        WRONG_SIGNER,
        /** Not more than what was signed before. */
        TOO_LOW,
        /** More than was spent. */
        TOO_HIGH
    }

    private final Code code;

    VoucherException(Code code, String message) {
        super(message, null, false, false); // an everyday answer, not an error: no stack trace
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
