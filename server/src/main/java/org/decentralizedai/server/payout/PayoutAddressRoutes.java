package org.decentralizedai.server.payout;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.UNAUTHORIZED;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.payout.PayoutAddress;
import org.decentralizedai.billing.payout.PayoutAddresses;
import org.decentralizedai.server.credit.CreditLedger;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.WorkerKey;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code /api/credits/payout}: where what a key of credit earns is to go. Whoever says the key may name an address, once a task of it was
 * accepted; it is published with the next epoch.
 */
final class PayoutAddressRoutes implements Routes {
    private static final String BEARER = "Bearer ";

    private record Named(@Nullable String key, @Nullable String address) {}

    /**
     * @param id hash of the key; public
     * @param address with the capital letters of EIP-55; null: none was named
     * @param unassignedWei earned and waiting for an address
     */
    record Own(String id, @Nullable String address, String unassignedWei) {}

    private final PayoutAddresses addresses;
    private final CreditLedger credits;
    private final JdbcLedger ledger;
    private final String contract;
    private final Runnable sync;

    /** @param contract in small letters: what is paid to it is lost @param sync forces all commits before it to the disk */
    PayoutAddressRoutes(
            PayoutAddresses addresses, CreditLedger credits, JdbcLedger ledger, String contract, Runnable sync) {
        this.addresses = addresses;
        this.credits = credits;
        this.ledger = ledger;
        this.contract = contract;
        this.sync = sync;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/credits/payout", context -> answer(context, own(id(bearer(context)))));
        routes.post("/api/credits/payout", this::name);
    }

    private static void answer(Context context, Object body) {
        context.header("Cache-Control", "no-store").json(body);
    }

    private Own own(String id) {
        return new Own(
                id,
                addresses.of(id).map(PayoutAddress::shown).orElse(null),
                ledger.amount(Account.provider(id)).toString());
    }

    private static String bearer(Context context) {
        String given = context.header("Authorization");
        if (given == null || !given.startsWith(BEARER))
            throw new RequestException(UNAUTHORIZED, "say the key: Authorization: Bearer KEY");
        return given.substring(BEARER.length()).strip();
    }

    private static String id(@Nullable String key) {
        if (key == null || !WorkerKey.isKey(key)) throw new RequestException(UNAUTHORIZED, "a key has 32 hex digits");
        return WorkerKey.id(key);
    }

    private void name(Context context) {
        var named = named(context.body());
        String id = id(named.key());
        if (named.address() == null) throw new RequestException(BAD_REQUEST, "say which address");
        var address = address(named.address());
        if (credits.balance(id).tasks() == 0)
            throw new RequestException(CONFLICT, "an address needs one accepted task of this key first");
        addresses.name(id, address);
        sync.run();
        answer(context, own(id));
    }

    private PayoutAddress address(String written) {
        try {
            var address = PayoutAddress.parse(written.strip());
            if (address.text().equals(contract))
                throw new RequestException(BAD_REQUEST, "this is the contract: it could not claim for itself");
            return address;
        } catch (IllegalArgumentException e) { // the rules of addresses, in a sentence
            throw new RequestException(BAD_REQUEST, String.valueOf(e.getMessage()));
        }
    }

    private static Named named(String body) {
        try {
            var named = JsonMapper.shared().readValue(body, Named.class);
            if (named != null) return named;
        } catch (JacksonException e) {
            // told below: a parser's words are for programmers
        }
        throw new RequestException(BAD_REQUEST, "the body is {\"key\": ..., \"address\": ...}");
    }
}
