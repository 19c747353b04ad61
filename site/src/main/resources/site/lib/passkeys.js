/** Passkeys: what the server offers as JSON, through the browser, and the answer as JSON again. */

/** What went wrong with a passkey, in plain words. */
export class PasskeyError extends Error {}

export const passkeysWork = () => Boolean(window.PublicKeyCredential?.parseCreationOptionsFromJSON && isSecureContext);

export const makePasskey = options => plainly(() => navigator.credentials.create({
    publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options.publicKey) }));

export const usePasskey = options => plainly(() => navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey) }));

async function plainly(ask) {
    try {
        return (await ask()).toJSON();
    } catch (error) {
        switch (error.name) {
            case 'NotAllowedError': throw new PasskeyError('No passkey was chosen, or it took too long. Nothing has changed.');
            case 'InvalidStateError': throw new PasskeyError('This device has a passkey for the account already.');
            case 'SecurityError': throw new PasskeyError('Passkeys do not work at this address.');
            default: throw new PasskeyError(`The passkey failed: ${error.message}`);
        }
    }
}
