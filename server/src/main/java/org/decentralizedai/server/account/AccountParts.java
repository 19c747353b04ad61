package org.decentralizedai.server.account;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.account.PersonalData;
import org.decentralizedai.billing.account.Sessions;
import org.decentralizedai.billing.account.SignUps;
import org.decentralizedai.billing.account.WaysIn;
import org.decentralizedai.billing.ad.PersonalAds;
import org.decentralizedai.billing.ethereum.EthereumSignIn;
import org.decentralizedai.billing.ethereum.WalletStore;
import org.decentralizedai.billing.ledger.Statements;
import org.decentralizedai.billing.passkey.PasskeyStore;
import org.decentralizedai.billing.passkey.Passkeys;
import org.decentralizedai.billing.voucher.PersonalPurses;
import org.decentralizedai.server.credit.CreditBindings;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.Database;

/** Wires all that belongs to accounts and signing in to them. */
public final class AccountParts {
    private final Sessions sessions;
    private final SignedIn signedIn;
    private final List<Routes> routes;

    public AccountParts(Database database, Billing billing, SiteOrigin site, SignInSettings settings, Clock clock) {
        var random = new SecureRandom();
        var jdbi = database.jdbi();
        var wallets = new WalletStore(jdbi, clock);
        var passkeys = new PasskeyStore(jdbi, clock);
        sessions = new Sessions(jdbi, clock, random, Sessions.Lifetime.USUAL);
        signedIn = new SignedIn(sessions, site);
        var door = new Door(
                new EthereumSignIn(settings.chains(), clock, random),
                new Passkeys(passkeys, clock, random),
                site,
                signedIn,
                billing.limits(),
                settings);
        var bindings = new CreditBindings(database, clock);
        var ads = new PersonalAds(jdbi);
        var data = new PersonalData(jdbi, clock, billing, wallets, passkeys, account -> {
            bindings.forget(account);
            ads.forget(account);
        });
        var signUps = new SignUps(jdbi, billing.customers(), wallets, passkeys);
        routes = List.of(
                new SessionRoutes(sessions, billing, signedIn),
                new SignInRoutes(door, signUps, sessions, billing, signedIn, site, settings),
                new OwnAccountRoutes(
                        door,
                        signedIn,
                        sessions,
                        billing,
                        wallets,
                        passkeys,
                        new WaysIn(jdbi),
                        data,
                        bindings,
                        new AccountExport(
                                billing, data, new Statements(jdbi), bindings, ads, new PersonalPurses(jdbi), clock)));
    }

    public Sessions sessions() {
        return sessions;
    }

    /** For routes that belong to a signed-in person. */
    public SignedIn signedIn() {
        return signedIn;
    }

    public List<Routes> routes() {
        return routes;
    }
}
