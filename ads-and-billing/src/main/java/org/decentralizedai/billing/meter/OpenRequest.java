package org.decentralizedai.billing.meter;

import java.util.concurrent.TimeUnit;
import org.decentralizedai.billing.meter.Meter.Ending;

/**
 * A request that is being answered. Closing it settles it by what was sent until then, whatever ended it; the prompt is paid for
 * when anything was sent. Used by one thread.
 */
public final class OpenRequest implements AutoCloseable {
    private static final long NOTED_EVERY_MILLIS = TimeUnit.SECONDS.toMillis(1) / 4;

    private final Meter meter;
    private final Asked asked;
    private int sent;
    private long notedAt;
    private boolean complete;

    OpenRequest(Meter meter, Asked asked) {
        this.meter = meter;
        this.asked = asked;
        notedAt = meter.clock().millis();
    }

    /** So many tokens of the answer have been sent by now. Noted at the first and then four times a second. */
    public void sent(int tokens) {
        boolean first = sent == 0;
        sent = tokens;
        long now = meter.clock().millis();
        if (!first && now - notedAt < NOTED_EVERY_MILLIS) return;
        notedAt = now;
        meter.note(asked, tokens);
    }

    /** The whole answer has been sent. */
    public void complete(int tokens) {
        sent = tokens;
        complete = true;
    }

    /** @throws RuntimeException when it could not be settled; the meter tries that again by itself */
    @Override
    public void close() {
        meter.end(asked, sent, complete ? Ending.COMPLETE : sent > 0 ? Ending.CUT : Ending.RELEASED);
    }
}
