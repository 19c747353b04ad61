package org.decentralizedai.billing.ad;

import java.time.Clock;
import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Deletes what ads need no more: uploads and events that are old, and pictures that nobody has. Thread-safe. */
public final class AdSweep {
    /** Within it an uploaded picture comes into a campaign. */
    static final Duration UPLOADS = Duration.ofDays(1);

    /** Far longer than a decision is good, so that nothing is counted again; the campaigns have the sums. */
    static final Duration EVENTS = Duration.ofDays(90);

    private final Jdbi jdbi;
    private final Clock clock;

    public AdSweep(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** @return how many rows went */
    public int sweep() {
        return jdbi.inTransaction(handle -> {
            int gone = handle.execute("delete from ad_event where at < ?", before(EVENTS))
                    + handle.execute("delete from ad_upload where at < ?", before(UPLOADS));
            handle.execute("update ad_campaign set image = null where image is not null and state = 'ENDED' and not "
                    + Campaign.REVIEWED); // it will never be shown
            return gone + deleteUnusedPictures(handle);
        });
    }

    private long before(Duration kept) {
        return clock.millis() - kept.toMillis();
    }

    static int deleteUnusedPictures(Handle handle) {
        return handle.execute("""
                delete from ad_image where not exists (select 1 from ad_upload u where u.image = ad_image.hash)
                and not exists (select 1 from ad_campaign c where c.image = ad_image.hash)""");
    }
}
