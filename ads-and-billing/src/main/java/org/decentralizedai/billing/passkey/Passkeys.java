package org.decentralizedai.billing.passkey;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.yubico.webauthn.AssertionRequest;
import com.yubico.webauthn.AssertionResult;
import com.yubico.webauthn.FinishAssertionOptions;
import com.yubico.webauthn.FinishRegistrationOptions;
import com.yubico.webauthn.RelyingParty;
import com.yubico.webauthn.StartAssertionOptions;
import com.yubico.webauthn.StartRegistrationOptions;
import com.yubico.webauthn.data.AuthenticatorSelectionCriteria;
import com.yubico.webauthn.data.ByteArray;
import com.yubico.webauthn.data.PublicKeyCredential;
import com.yubico.webauthn.data.PublicKeyCredentialCreationOptions;
import com.yubico.webauthn.data.RelyingPartyIdentity;
import com.yubico.webauthn.data.ResidentKeyRequirement;
import com.yubico.webauthn.data.UserIdentity;
import com.yubico.webauthn.data.UserVerificationRequirement;
import com.yubico.webauthn.exception.AssertionFailedException;
import com.yubico.webauthn.exception.RegistrationFailedException;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/**
 * Has passkeys made, and has them show whose account it is. Each is two steps: an offer with a challenge, good once and for five
 * minutes, and the answer to it. A passkey is found by itself, without a user name, and asks for finger, face or PIN each time:
 * it is all that is asked for. Who made the authenticator is not asked. Thread-safe.
 */
public final class Passkeys {
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int MOST_OPEN = 20_000;
    private static final int ID_BYTES = 16, HANDLE_BYTES = 32;
    private static final String NAME = "DecentralizedAI";
    private static final String UNKNOWN = "this passkey is not known here, or did not answer rightly";

    /**
     * @param id to be said with the answer
     * @param options JSON for navigator.credentials, byte arrays in base64url
     */
    public record Offer(String id, String options) {}

    private final PasskeyStore store;
    private final RandomGenerator random;
    private final Cache<String, PublicKeyCredentialCreationOptions> makings;
    private final Cache<String, AssertionRequest> uses;

    /** @param random a secure one, outside of tests; the challenges are the library's, from a secure one always */
    public Passkeys(PasskeyStore store, Clock clock, RandomGenerator random) {
        this.store = store;
        this.random = random;
        makings = open(clock);
        uses = open(clock);
    }

    private static <T> Cache<String, T> open(Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(MOST_OPEN)
                .expireAfterWrite(PATIENCE)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    private RelyingParty party(RelyingSite site) {
        return RelyingParty.builder()
                .identity(RelyingPartyIdentity.builder()
                        .id(site.host())
                        .name(NAME)
                        .build())
                .credentialRepository(store)
                .origins(site.origins())
                .build();
    }

    /**
     * @param name of the account, which the authenticator shows when it asks which
     * @param account that gets another passkey; null: one that is not open yet
     */
    public Offer offerMaking(RelyingSite site, String name, @Nullable String account) {
        ByteArray handle =
                account == null ? bytes(HANDLE_BYTES) : store.handle(account).orElseGet(() -> bytes(HANDLE_BYTES));
        var options = party(site)
                .startRegistration(StartRegistrationOptions.builder()
                        .user(UserIdentity.builder()
                                .name(name)
                                .displayName(name)
                                .id(handle)
                                .build())
                        .authenticatorSelection(AuthenticatorSelectionCriteria.builder()
                                .residentKey(ResidentKeyRequirement.REQUIRED)
                                .userVerification(UserVerificationRequirement.REQUIRED)
                                .build())
                        .timeout(PATIENCE.toMillis())
                        .build())
                .toBuilder() // the library has looked for the name; the store knows accounts by their handle
                .excludeCredentials(store.getCredentialIdsForUsername(handle.getBase64Url()))
                .build();
        String id = bytes(ID_BYTES).getHex();
        makings.put(id, options);
        try {
            return new Offer(id, options.toCredentialsCreateJson());
        } catch (IOException e) {
            throw new IllegalStateException("options are JSON", e);
        }
    }

    /** @throws PasskeyException when the answer is no right one to the offer, or the offer is gone */
    public NewPasskey made(RelyingSite site, String offer, String credential) {
        var options = makings.asMap().remove(offer);
        if (options == null) throw gone();
        try {
            var result = party(site)
                    .finishRegistration(FinishRegistrationOptions.builder()
                            .request(options)
                            .response(PublicKeyCredential.parseRegistrationResponseJson(credential))
                            .build());
            return new NewPasskey(
                    result.getKeyId().getId(),
                    options.getUser().getId(),
                    result.getPublicKeyCose(),
                    result.getSignatureCount());
        } catch (JdbiException | PasskeyException e) {
            throw e;
        } catch (RegistrationFailedException | IOException | RuntimeException e) { // all kinds at hostile answers
            throw new PasskeyException("this passkey can't be used here", e);
        }
    }

    public Offer offerUse(RelyingSite site) {
        var request = party(site)
                .startAssertion(StartAssertionOptions.builder()
                        .userVerification(UserVerificationRequirement.REQUIRED)
                        .timeout(PATIENCE.toMillis())
                        .build());
        String id = bytes(ID_BYTES).getHex();
        uses.put(id, request);
        try {
            return new Offer(id, request.toCredentialsGetJson());
        } catch (IOException e) {
            throw new IllegalStateException("options are JSON", e);
        }
    }

    /**
     * Whose account the passkey opens; its use is noted.
     *
     * @throws PasskeyException when the answer is no right one to the offer, or the offer or the passkey is gone
     */
    public String used(RelyingSite site, String offer, String credential) {
        var request = uses.asMap().remove(offer);
        if (request == null) throw gone();
        var result = checked(site, request, credential);
        var id = result.getCredential().getCredentialId();
        String account = result.isSuccess() ? store.account(id).orElse(null) : null;
        if (account == null) throw new PasskeyException(UNKNOWN);
        store.used(id, result.getSignatureCount());
        return account;
    }

    private AssertionResult checked(RelyingSite site, AssertionRequest request, String credential) {
        try {
            return party(site)
                    .finishAssertion(FinishAssertionOptions.builder()
                            .request(request)
                            .response(PublicKeyCredential.parseAssertionResponseJson(credential))
                            .build());
        } catch (JdbiException e) {
            throw e;
        } catch (AssertionFailedException | IOException | RuntimeException e) { // all kinds at hostile answers
            throw new PasskeyException(UNKNOWN, e);
        }
    }

    private static PasskeyException gone() {
        return new PasskeyException("this took too long, or was used before: try again");
    }

    private ByteArray bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return new ByteArray(bytes);
    }
}
