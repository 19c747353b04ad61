package org.decentralizedai.billing.passkey;

import com.yubico.webauthn.data.ByteArray;

/**
 * What an authenticator has made.
 *
 * @param handle of the account, as it was offered
 * @param publicKey COSE
 * @param signatures so far, as the authenticator counts them
 */
public record NewPasskey(ByteArray id, ByteArray handle, ByteArray publicKey, long signatures) {
    private static final int LONGEST_ID = 1023; // WebAuthn, section 4
    private static final int LONGEST_KEY = 2048; // of RSA with 4096 bits it is some 530

    public NewPasskey {
        if (id.size() > LONGEST_ID || publicKey.size() > LONGEST_KEY)
            throw new PasskeyException(
                    PasskeyException.Reason.TOO_LARGE,
                    "a passkey's id must have at most " + LONGEST_ID + " bytes and its key " + LONGEST_KEY);
    }
}
