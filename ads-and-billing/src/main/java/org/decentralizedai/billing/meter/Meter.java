package org.decentralizedai.billing.meter;

import java.math.BigInteger;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.meter.Unsettled.Due;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Begins requests and settles them; a request's row and its posting are of one commit. Thread-safe. */
public final class Meter {
    /** How a request ended. */
    enum Ending {
        /** The caller has the whole answer, or a whole stop text did end it. */
        COMPLETE,
        /** A part was sent: the caller left, the model failed, or the server died. */
        CUT,
        /** Nothing was sent: it costs nothing. */
        RELEASED
    }

    private final JdbcLedger ledger;
    private final Jdbi jdbi;
    private final Clock clock;
    private final Runnable sync;
    private final Unsettled unsettled = new Unsettled();

    /** @param sync forces all commits before it to the disk; called before the first token of a request */
    public Meter(JdbcLedger ledger, Jdbi jdbi, Clock clock, Runnable sync) {
        this.ledger = ledger;
        this.jdbi = jdbi;
        this.clock = clock;
        this.sync = sync;
    }

    /**
     * Puts aside the most that it can cost; empty when the customer's balance does not hold that.
     *
     * @throws RefusedException when he has to sign first for what he has spent
     */
    public Optional<OpenRequest> begin(Asked asked) {
        var reservation = asked.reservation();
        var posting =
                reservation.reserve("At most: " + asked.price().formula(asked.promptTokens(), asked.maxTokens()) + ".");
        unsettled.runs(asked);
        boolean begun = false;
        try {
            var outcome = ledger.inTransaction(handle -> {
                ledger.post(handle, posting);
                insert(handle, asked, reservation.microCredits().longValueExact());
                return Outcome.POSTED;
            });
            if (outcome == Outcome.UNSIGNED) throw new RefusedException(outcome, posting.id());
            if (outcome != Outcome.POSTED) return Optional.empty();
            sync.run();
            begun = true;
            return Optional.of(new OpenRequest(this, asked));
        } finally {
            if (!begun) unsettled.over(asked); // what may be written of it is nobody's: the next sweep releases it
        }
    }

    private void insert(Handle handle, Asked asked, long reserved) {
        handle.createUpdate("""
                        insert into metered_request (id, customer, api_key, model, input_price, output_price, prompt_tokens,
                        max_tokens, reserved, sent_tokens, cost, ending, began_at) values (:id, :customer, :key, :model, :in,
                        :out, :prompt, :max, :reserved, 0, 0, 'OPEN', :now)""")
                .bind("id", asked.id())
                .bind("customer", asked.customer())
                .bind("key", asked.key())
                .bind("model", asked.model())
                .bind("in", asked.price().inputPerMillion())
                .bind("out", asked.price().outputPerMillion())
                .bind("prompt", asked.promptTokens())
                .bind("max", asked.maxTokens())
                .bind("reserved", reserved)
                .bind("now", clock.millis())
                .execute();
    }

    /** Notes that so many tokens have been sent by now, for the case that this process dies. */
    void note(Asked asked, int sentTokens) {
        jdbi.useHandle(handle -> handle.execute(
                "update metered_request set sent_tokens = ? where id = ? and ending = 'OPEN'", sentTokens, asked.id()));
    }

    /**
     * Settles it, once; again it changes nothing.
     *
     * @throws RuntimeException when the database does not take it; {@link #sweep} tries again
     */
    void end(Asked asked, int sentTokens, Ending ending) {
        try {
            settle(asked, sentTokens, ending);
        } catch (RuntimeException e) {
            unsettled.failed(new Due(asked, sentTokens, ending));
            throw e;
        }
    }

    private void settle(Asked asked, int sentTokens, Ending ending) {
        boolean free = ending == Ending.RELEASED;
        int sent = Math.min(sentTokens, asked.maxTokens());
        long cost = free ? 0 : asked.price().of(asked.promptTokens(), sent);
        long now = clock.millis();
        var posting = asked.reservation().settle(BigInteger.valueOf(cost), Epoch.at(now), formula(asked, sent, ending));
        var outcome = ledger.inTransaction(handle -> {
            int open = handle.execute("""
                    update metered_request set sent_tokens = ?, cost = ?, ending = ?, ended_at = ?
                    where id = ? and ending = 'OPEN'""", free ? 0 : sent, cost, ending.name(), now, asked.id());
            return open == 0 ? Outcome.REPLAYED : ledger.post(handle, posting);
        });
        if (outcome != Outcome.POSTED && outcome != Outcome.REPLAYED)
            throw new IllegalStateException("a reservation must hold its settlement: " + outcome + " " + asked.id());
        unsettled.over(asked);
    }

    private static String formula(Asked asked, int sent, Ending ending) {
        return switch (ending) {
            case COMPLETE -> asked.price().formula(asked.promptTokens(), sent) + ".";
            case CUT -> asked.price().formula(asked.promptTokens(), sent) + "; the answer was cut off there.";
            case RELEASED -> "Nothing was sent: it costs nothing.";
        };
    }

    /**
     * Settles what is due: what could not be written when it ended, and what is open and nobody's, by what was noted of it. The latter is
     * of a process before this one, or its beginning was written without this process hearing so. To be called at the start and then
     * from time to time, by the only process that uses the database.
     *
     * @return how many
     * @throws RuntimeException the first that went wrong, the others suppressed in it; all that can be settled is, unless the database is away
     */
    public int sweep() {
        int settled = 0;
        var failures = new ArrayList<RuntimeException>();
        var kept = unsettled.due().stream().<Supplier<Due>>map(due -> () -> due);
        for (Supplier<Due> one : Stream.concat(kept, nobodys()).toList()) {
            try {
                var due = one.get();
                settle(due.asked(), due.sentTokens(), due.ending());
                settled++;
            } catch (RuntimeException e) {
                failures.add(e);
                if (e instanceof ConnectionException) break; // each of the others would wait as long for a connection
            }
        }
        if (failures.isEmpty()) return settled;
        var first = failures.removeFirst();
        failures.forEach(first::addSuppressed);
        throw first;
    }

    private Stream<Supplier<Due>> nobodys() {
        return jdbi
                .withHandle(handle -> handle.createQuery("""
                        select id, customer, api_key, model, input_price, output_price, prompt_tokens, max_tokens, sent_tokens
                        from metered_request where ending = 'OPEN' order by began_at""")
                        .map((row, _) -> LeftOpen.of(row))
                        .list())
                .stream()
                .filter(open -> !unsettled.has(open.id()))
                .map(open -> open::due);
    }

    Clock clock() {
        return clock;
    }
}
