package org.decentralizedai.server.chat;

import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.key.Scope;
import org.decentralizedai.billing.key.StoredKey;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.limit.Allowance;
import org.decentralizedai.billing.limit.Party;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.meter.Asked;
import org.decentralizedai.billing.meter.OpenRequest;
import org.decentralizedai.server.chat.Caller.KeyHolder;
import org.decentralizedai.server.chat.Caller.Visitor;
import org.decentralizedai.server.edge.LocalAddress;
import org.jspecify.annotations.Nullable;

/** Decides who may ask, how much, and who pays for it. Thread-safe. */
final class Doorkeeper {
    private static final String BEARER = "Bearer";

    private final Billing billing;
    private final BillingSettings terms;

    Doorkeeper(Billing billing, BillingSettings terms) {
        this.billing = billing;
        this.terms = terms;
    }

    /**
     * @param authorization the header; without a bearer's key: a visitor
     * @throws ChatException when the key is nobody's, revoked or expired
     */
    Caller admit(@Nullable String authorization, String address) {
        String[] said = authorization == null
                ? new String[] {""}
                : authorization.strip().split("\\s+", 2);
        if (!said[0].equalsIgnoreCase(BEARER)) return new Visitor(address);
        return new KeyHolder(billing.keys()
                .admit(said.length == 1 ? "" : said[1])
                .orElseThrow(() -> new ChatException(
                        ChatError.INVALID_KEY,
                        "The API key is wrong, expired or revoked. Without a key a little may be asked for nothing.",
                        null)));
    }

    /**
     * Opens the bill of an answer, before its first token.
     *
     * @param id of the request
     * @param promptTokens that the model reads
     * @param response gets the headers about what may still be asked
     * @throws ChatException when the caller asks too much, or can't pay
     */
    Bill open(Caller caller, String id, CompletionRequest request, int promptTokens, HttpServletResponse response) {
        var parties = parties(caller);
        long tokens = (long) promptTokens + request.maxTokens();
        if (!parties.isEmpty()) check(billing.limits().ask(parties, tokens), response);
        try {
            var paid = paid(caller, id, request, promptTokens);
            return new Bill(id, request, promptTokens, paid, billing.limits(), parties);
        } catch (RuntimeException e) { // refused, or the database is away
            billing.limits().giveBack(parties, tokens, 0);
            throw e;
        }
    }

    private List<Party> parties(Caller caller) {
        return switch (caller) {
            case Visitor visitor ->
                LocalAddress.is(visitor.address())
                        ? List.of()
                        : List.of(new Party(LocalAddress.household(visitor.address()), terms.visitor()));
            case KeyHolder holder -> parties(holder.key());
        };
    }

    private List<Party> parties(StoredKey key) {
        var parties = new ArrayList<Party>();
        parties.add(new Party(key.customer(), terms.account()));
        Long requests = key.terms().requestsPerMinute(), tokens = key.terms().tokensPerMinute();
        if (requests != null || tokens != null)
            parties.add(new Party(
                    key.id(),
                    new Rate(
                            requests == null ? terms.account().requestsPerMinute() : requests,
                            tokens == null ? terms.account().tokensPerMinute() : tokens)));
        return parties;
    }

    private static void check(Allowance allowance, HttpServletResponse response) {
        left(response, "requests", allowance.requests());
        left(response, "tokens", allowance.tokens());
        if (allowance.allowed()) return;
        int seconds = (int) Math.max(1, Math.ceilDiv(allowance.patience().toMillis(), 1000));
        throw new ChatException(
                ChatError.RATE_LIMITED,
                "Too much in one minute: " + allowance.requests().limit() + " requests and "
                        + allowance.tokens().limit() + " tokens are allowed.",
                null,
                seconds);
    }

    private static void left(HttpServletResponse response, String what, Allowance.Left left) {
        response.setHeader("x-ratelimit-limit-" + what, String.valueOf(left.limit()));
        response.setHeader("x-ratelimit-remaining-" + what, String.valueOf(left.remaining()));
        response.setHeader("x-ratelimit-reset-" + what, seconds(left.reset()));
    }

    /** As OpenAI writes them, such as {@code 0.25s}. */
    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.2fs", time.toMillis() / 1000.0);
    }

    private @Nullable OpenRequest paid(Caller caller, String id, CompletionRequest request, int promptTokens) {
        return switch (caller) {
            case Visitor _ -> null;
            case KeyHolder holder -> paid(holder.key(), id, request, promptTokens);
        };
    }

    private OpenRequest paid(StoredKey key, String id, CompletionRequest request, int promptTokens) {
        if (!key.terms().scopes().contains(Scope.INFERENCE))
            throw new ChatException(ChatError.NOT_IN_SCOPE, "This API key is not good for asking models.", null);
        if (!billing.alone())
            throw new ChatException(ChatError.NOT_READY, "The accounts can't be charged just now.", null);
        var asked = new Asked(
                id,
                key.customer(),
                key.id(),
                request.model(),
                terms.price(request.model()),
                promptTokens,
                request.maxTokens());
        try {
            return billing.meter()
                    .begin(asked)
                    .orElseThrow(() -> new ChatException(
                            ChatError.INSUFFICIENT_QUOTA,
                            "The balance does not hold what this answer may cost at most. Ask for a shorter one, or top up.",
                            null));
        } catch (RefusedException e) { // there is enough, but he owes too much
            throw new ChatException(ChatError.INSUFFICIENT_QUOTA, Billing.UNSIGNED, null);
        }
    }
}
