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

    /** One more token of the answer is computed; {@code sent}: and has gone out. */
    void made(boolean sent) {
        made++;
        if (paid == null || !sent) return;
        try {
            paid.sent(made);
        } catch (RuntimeException e) { // what is noted on the way is for a crash only
            LOG.warn("of request {} it could not be noted what was sent", id, e);
        }
    }

    /** All of it has gone out. */
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
        } catch (RuntimeException e) { // the answer is out; what is put aside stays so until the next start settles it
            LOG.warn("request {} could not be settled", id, e);
        }
    }
}
