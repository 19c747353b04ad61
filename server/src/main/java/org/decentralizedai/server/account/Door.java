package org.decentralizedai.server.account;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.TOO_MANY;
import static org.decentralizedai.server.edge.RequestException.Code.UNAUTHORIZED;
import static org.decentralizedai.server.edge.RequestException.Code.UNAVAILABLE;

import io.javalin.http.Context;
import java.util.List;
import java.util.function.Supplier;
import org.decentralizedai.billing.ethereum.EthereumSignIn;
import org.decentralizedai.billing.ethereum.Refusal;
import org.decentralizedai.billing.ethereum.SignInMessage;
import org.decentralizedai.billing.ethereum.Wallet;
import org.decentralizedai.billing.limit.Party;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.limit.RateLimits;
import org.decentralizedai.billing.passkey.NewPasskey;
import org.decentralizedai.billing.passkey.PasskeyException;
import org.decentralizedai.billing.passkey.Passkeys;
import org.decentralizedai.server.edge.LocalAddress;
import org.decentralizedai.server.edge.RequestException;
import org.jspecify.annotations.Nullable;

/**
 * What is tried at the door, by wallet or passkey, for signing in and for binding another one alike: from a page of the site only,
 * and not too often. Thread-safe.
 */
final class Door {
    private final EthereumSignIn ethereum;
    private final Passkeys passkeys;
    private final SiteOrigin site;
    private final SignedIn signedIn;
    private final RateLimits limits;
    private final Rate rate;

    Door(
            EthereumSignIn ethereum,
            Passkeys passkeys,
            SiteOrigin site,
            SignedIn signedIn,
            RateLimits limits,
            SignInSettings settings) {
        this.ethereum = ethereum;
        this.passkeys = passkeys;
        this.site = site;
        this.signedIn = signedIn;
        this.limits = limits;
        rate = settings.rate();
    }

    private void admit(Context context) {
        signedIn.requireOwnPage(context);
        if (LocalAddress.is(context.ip())) return;
        var allowance = limits.ask(List.of(new Party("sign-in " + LocalAddress.household(context.ip()), rate)), 1);
        if (allowance.allowed()) return;
        context.header(
                "Retry-After",
                String.valueOf(Math.max(1, Math.ceilDiv(allowance.patience().toMillis(), 1000))));
        throw new RequestException(TOO_MANY, "too many tries: wait a minute");
    }

    /** What a wallet is to sign. */
    SignInMessage message(Context context) {
        admit(context);
        var said = Said.in(context);
        String origin = String.valueOf(context.header("Origin"));
        return asking(() -> ethereum.message(origin, said.text("address"), said.number("chainId")));
    }

    Wallet wallet(Context context) {
        admit(context);
        var said = Said.in(context);
        return asking(() -> ethereum.verify(said.text("message"), said.text("signature"), site.all()));
    }

    /** @param account that gets another passkey; null: one that is not open yet */
    Passkeys.Offer offerMaking(Context context, String name, @Nullable String account) {
        admit(context);
        return passkeys.offerMaking(site.relying(), name, account);
    }

    NewPasskey made(Context context, Said said) {
        admit(context);
        return asking(() -> passkeys.made(site.relying(), said.text("id"), said.json("credential")));
    }

    Passkeys.Offer offerUse(Context context) {
        admit(context);
        return passkeys.offerUse(site.relying());
    }

    String used(Context context) {
        admit(context);
        var said = Said.in(context);
        return asking(() -> passkeys.used(site.relying(), said.text("id"), said.json("credential")));
    }

    static void asking(Runnable question) {
        asking(() -> {
            question.run();
            return true;
        });
    }

    /** Refusals become answers. */
    static <T> T asking(Supplier<T> question) {
        try {
            return question.get();
        } catch (PasskeyException e) {
            throw new RequestException(code(e.reason()), String.valueOf(e.getMessage()));
        } catch (Refusal e) {
            throw new RequestException(code(e.reason()), String.valueOf(e.getMessage()));
        }
    }

    private static RequestException.Code code(PasskeyException.Reason reason) {
        return switch (reason) {
            case WRONG -> UNAUTHORIZED;
            case TOO_LARGE -> BAD_REQUEST;
            case TAKEN -> CONFLICT;
        };
    }

    private static RequestException.Code code(Refusal.Reason reason) {
        return switch (reason) {
            case BAD_MESSAGE, WRONG_CHAIN -> BAD_REQUEST;
            case WRONG_SITE, WRONG_TIME, WRONG_NONCE, WRONG_SIGNATURE -> UNAUTHORIZED;
            case NO_ANSWER -> UNAVAILABLE;
        };
    }
}
