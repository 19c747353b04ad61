package org.decentralizedai.server.chat;

import java.util.List;
import org.decentralizedai.billing.limit.Party;
import org.decentralizedai.billing.limit.RateLimits;
import org.decentralizedai.billing.meter.OpenRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what is sent of one answer. Closing it settles, once, whatever ended the answer. Used by one thread. */
final class Bill implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bill.class);

    private final String id;
    private final @Nullable OpenRequest paid;
    private final RateLimits limits;
    private final List<Party> parties;
    private final int promptTokens;
    private final long taken;
    private int made;
    private int sent;
    private boolean closed;

    /**
     * @param id of the request
     * @param promptTokens that the model reads
     * @param paid null: it costs nothing
     * @param parties whose limits the greatest length was taken from
     */
    Bill(
            String id,
            CompletionRequest request,
            int promptTokens,
            @Nullable OpenRequest paid,
            RateLimits limits,
            List<Party> parties) {
        this.id = id;
        this.paid = paid;
        this.limits = limits;
        this.parties = parties;
        this.promptTokens = promptTokens;
        taken = (long) promptTokens + request.maxTokens();
    }

    /** One more token of the answer is computed. */
    void made() {
        made++;
    }

    /** So many tokens more have gone out. */
    void sent(int tokens) {
        sent += tokens;
        if (paid == null || tokens == 0) return;
        try {
            paid.sent(sent);
        } catch (RuntimeException e) { // what is noted on the way is for a crash only
            LOG.warn("of request {} it could not be noted what was sent", id, e);
        }
    }

    /** All of it has gone out, what a stop text withholds excepted, which is paid for too. */
    void complete() {
        if (paid != null) paid.complete(made);
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        limits.giveBack(parties, taken, (long) promptTokens + made);
        if (paid == null) return;
        try {
            paid.close();
        } catch (RuntimeException e) { // the answer is out; the meter tries again
            LOG.warn("request {} could not be settled", id, e);
        }
    }
}
