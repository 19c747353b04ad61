package org.decentralizedai.billing.passkey;

import com.yubico.webauthn.data.ByteArray;

/**
 * What an authenticator has made.
 *
 * @param handle of the account, as it was offered
 * @param publicKey COSE
 * @param signatures so far, as the authenticator counts them
 */
public record NewPasskey(ByteArray id, ByteArray handle, ByteArray publicKey, long signatures) {}
