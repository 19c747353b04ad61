/**
 * Passkeys (WebAuthn): a device or a password manager keeps a pair of keys for this site and signs a challenge with it. Start
 * reading at {@link org.decentralizedai.billing.passkey.Passkeys}.
 */
@NullMarked
package org.decentralizedai.billing.passkey;

import org.jspecify.annotations.NullMarked;
