package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.decentralizedai.server.train.RoundCheck.Line;
import org.decentralizedai.server.train.RoundRecord.Correction;
import org.decentralizedai.server.train.RoundRecord.Earlier;
import org.decentralizedai.server.train.RoundRecord.Files;
import org.decentralizedai.server.train.RoundRecord.Update;
import org.jspecify.annotations.Nullable;

/**
 * Compares the record of a round with those before it: it begins where the last one ended, and what it says of earlier updates is
 * what their own rounds say.
 */
public final class RoundChain {
    private final RoundRecord record;
    private final IntFunction<Optional<RoundRecord>> published;
    private final List<Line> lines = new ArrayList<>();

    private RoundChain(RoundRecord record, IntFunction<Optional<RoundRecord>> published) {
        this.record = record;
        this.published = published;
    }

    /** @param published the records of other rounds; empty where a round has none, as it was left by going back */
    public static List<Line> of(RoundRecord record, IntFunction<Optional<RoundRecord>> published) {
        return new RoundChain(record, published).lines();
    }

    private List<Line> lines() {
        var last = record.round() == 0 ? Optional.<RoundRecord>empty() : published.apply(record.round() - 1);
        if (last.isPresent()) follows(last.get());
        else if (record.round() > 0) wentBack();
        last.ifPresent(this::earlier);
        corrections();
        return lines;
    }

    private void follows(RoundRecord last) {
        String there = " of round " + last.round();
        compare("run" + there, record.run(), last.run());
        var after = last.after();
        compare(
                "tokens before, as after those" + there,
                record.tokensBefore(),
                last.tokensBefore()
                        + (after == null ? 0 : last.tokens())); // a step that was discarded counts for nothing
        begins("after the step" + there, after == null ? last.before() : after);
    }

    private void begins(String where, Files ended) {
        var before = record.before();
        compare("weights before, as " + where, before.checkpoint(), ended.checkpoint());
        compare("their manifest", before.manifest(), ended.manifest());
        compare("momentum before", before.momentum(), ended.momentum());
        compare("carry before", before.carry(), ended.carry());
        compare("second moment before", before.secondMoment(), ended.secondMoment());
    }

    /** The round before has no record: this one begins as an earlier one did, or where one ended. */
    private void wentBack() {
        var begun = recordsBefore(record).filter(each -> beganAs(each, record)).findFirst();
        var ended = recordsBefore(record).filter(each -> endedAs(each, record)).findFirst();
        if (begun.isPresent())
            begins(
                    "before round " + begun.get().round() + ", gone back to",
                    begun.get().before());
        else if (ended.isPresent())
            begins("after the step of round " + ended.get().round() + ", gone back to", after(ended.get()));
        else
            compare(
                    "weights before, in the record of an earlier round",
                    record.before().checkpoint(),
                    null);
    }

    private Stream<RoundRecord> recordsBefore(RoundRecord of) {
        return IntStream.iterate(of.round() - 1, round -> round >= 0, round -> round - 1)
                .mapToObj(published)
                .flatMap(Optional::stream);
    }

    private static boolean beganAs(RoundRecord each, RoundRecord next) {
        return each.before().checkpoint().equals(next.before().checkpoint());
    }

    private static boolean endedAs(RoundRecord each, RoundRecord next) {
        return after(each).checkpoint().equals(next.before().checkpoint());
    }

    /** What is left when it is closed: what it began with, where its step was discarded. */
    private static Files after(RoundRecord of) {
        var after = of.after();
        return after == null ? of.before() : after;
    }

    /** The round whose end this one goes on from; none before the first, or where that is not published. */
    private Optional<RoundRecord> parent(RoundRecord of) {
        for (var each : recordsBefore(of).toList()) {
            if (endedAs(each, of)) return Optional.of(each);
            if (beganAs(each, of)) return parent(each);
        }
        return Optional.empty();
    }

    private void earlier(RoundRecord last) {
        compare(
                "updates of round " + last.round() + " that none may copy",
                record.earlier().size(),
                last.updates().size());
        for (int place = 0; place < record.earlier().size(); place++) {
            var each = record.earlier().get(place);
            compare("round of earlier update " + place, each.round(), last.round());
            compare("place of earlier update " + place, each.place(), place);
            compare("earlier update " + place, each.update(), at(last, each.place()));
        }
    }

    private void corrections() {
        var taken = new HashSet<Long>(); // tasks
        var rounds = new HashSet<
                Integer>(); // from which may be taken back: those whose steps are in the weights, not those that were
        // left
        var before = parent(record);
        while (before.isPresent() && rounds.size() < Fakes.ROUNDS_TAKEN_BACK) {
            var round = before.get();
            if (round.after() != null) {
                rounds.add(round.round());
                round.corrections().forEach(correction -> taken.add(task(correction)));
            }
            before = parent(round);
        }
        for (Correction each : record.corrections()) {
            var of = each.of();
            String what = "correction of task " + task(each);
            compare(what + ", taken back once", true, taken.add(task(each)));
            compare(
                    what + ", of one of the last " + Fakes.ROUNDS_TAKEN_BACK + " rounds",
                    true,
                    rounds.contains(of.round()));
            compare(what + ", as in round " + of.round(), proven(of.update()), original(of));
        }
    }

    private static long task(Correction correction) {
        return correction.of().update().task();
    }

    private @Nullable Update original(Earlier of) {
        return published
                .apply(of.round())
                .map(round -> at(round, of.place()))
                .map(RoundChain::proven)
                .orElse(null);
    }

    /** A correction does not say whether the account was unproven. */
    private static Update proven(Update update) {
        return update.with(false);
    }

    private static @Nullable Update at(RoundRecord round, int place) {
        return place < 0 || place >= round.updates().size()
                ? null
                : round.updates().get(place);
    }

    private void compare(String what, @Nullable Object published, @Nullable Object found) {
        lines.add(Line.of(what, published, found));
    }
}
