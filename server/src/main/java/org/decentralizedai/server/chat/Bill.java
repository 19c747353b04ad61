package org.decentralizedai.server.chat;

import java.util.List;
import org.decentralizedai.billing.limit.Party;
import org.decentralizedai.billing.limit.RateLimits;
import org.decentralizedai.billing.meter.OpenRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what is sent of one answer. Closing it settles, whatever ended the answer. Used by one thread. */
final class Bill implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Bill.class);

    private final String id;
    private final @Nullable OpenRequest paid;
    private final RateLimits limits;
    private final List<Party> parties;
    private final int maxTokens;
    private int made;

    /**
     * @param id of the request
     * @param paid null: it costs nothing
     * @param parties whose limits the greatest length was taken from
     */
    Bill(String id, CompletionRequest request, @Nullable OpenRequest paid, RateLimits limits, List<Party> parties) {
        this.id = id;
        this.paid = paid;
        this.limits = limits;
        this.parties = parties;
        maxTokens = request.maxTokens();
    }

    /** One more token of the answer is computed; {@code sent}: and has gone out. */
    void made(boolean sent) {
        made++;
        if (paid != null && sent) paid.sent(made);
    }

    /** All of it has gone out. */
    void complete() {
        if (paid != null) paid.complete(made);
    }

    @Override
    public void close() {
        limits.giveBack(parties, maxTokens - made);
        if (paid == null) return;
        try {
            paid.close();
        } catch (RuntimeException e) { // the answer is out; what is put aside stays so until the next start settles it
            LOG.warn("request {} could not be settled", id, e);
        }
    }
}
