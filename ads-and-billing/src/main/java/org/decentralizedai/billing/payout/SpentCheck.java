package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.decentralizedai.billing.payout.EpochInputs.Spending;

/**
 * Whether an epoch counts what the contract says was spent: each event once, with its amount, and none left out. The sum of all that was ever
 * counted is compared, too, so that no earlier epoch can hide anything. Pure.
 */
final class SpentCheck {
    /** As the watcher names postings: chain, transaction, the first digits of the block's hash, index of the event, and how often it has come to count. */
    private static final Pattern POSTING =
            Pattern.compile("(undone/)?ether/(\\d{1,18})/([0-9a-f]{64})/([0-9a-f]{16})/(\\d{1,9})(/\\d{1,9})?");

    /** @param block first 16 digits of its hash */
    record Name(String transaction, String block, long index) {
        @Override
        public String toString() {
            return "0x" + transaction + " (event " + index + " of block 0x" + block + "...)";
        }
    }

    /** What the contract has said. */
    record Event(Name name, long block, BigInteger wei) {}

    private final EpochInputs in;
    private final EpochOutcome out;
    private final List<Event> events;
    private final Map<Name, Event> byName;

    /** @param events all of the contract's until the epoch's last block */
    SpentCheck(EpochData data, List<Event> events) {
        in = data.given();
        out = data.computed();
        this.events = events;
        byName = events.stream().collect(Collectors.toMap(Event::name, Function.identity()));
    }

    /** The first difference, in words; empty: none. */
    Optional<String> difference() {
        var counted = new LinkedHashMap<Name, BigInteger>();
        boolean calm = in.read().lostBefore().signum() == 0 && in.read().lost().signum() == 0; // no reorganisation
        for (var spending : in.spent()) {
            var posting = POSTING.matcher(spending.posting());
            if (!posting.matches() || Long.parseLong(posting.group(2)) != in.chain())
                return Optional.of("this names no event of the chain: " + spending.posting());
            boolean undone = posting.group(1) != null;
            if (spending.wei().signum() == (undone ? 1 : -1))
                return Optional.of("this amount has the wrong sign: " + said(spending));
            calm &= !undone;
            counted.merge(name(posting), spending.wei(), BigInteger::add);
        }
        for (var each : counted.entrySet()) {
            var difference = difference(each.getKey(), each.getValue(), calm);
            if (difference.isPresent()) return difference;
        }
        return leftOut(counted, calm).or(this::sum);
    }

    private static Name name(Matcher posting) {
        return new Name(posting.group(3), posting.group(4), Long.parseLong(posting.group(5)));
    }

    private static String said(Spending spending) {
        return spending.wei() + " wei of " + spending.posting();
    }

    /** After a reorganisation an event may count for less: the rest makes up for what was lost. */
    private Optional<String> difference(Name name, BigInteger wei, boolean calm) {
        var event = byName.get(name);
        if (event == null)
            return wei.signum() > 0
                    ? Optional.of("the contract has said nothing of spending in " + name)
                    : Optional.empty();
        if (wei.compareTo(event.wei()) > 0 || calm && !wei.equals(event.wei()))
            return Optional.of("the event " + name + " is of " + event.wei() + " wei, not " + wei);
        if (calm && event.block() <= in.read().after())
            return Optional.of("an earlier epoch has counted this event already: " + name);
        return Optional.empty();
    }

    private Optional<String> leftOut(Map<Name, BigInteger> counted, boolean calm) {
        if (!calm) return Optional.empty(); // the sum tells
        return events.stream()
                .filter(event -> event.block() > in.read().after() && !counted.containsKey(event.name()))
                .map(event -> "an event is left out: " + event.wei() + " wei of " + event.name())
                .findFirst();
    }

    private Optional<String> sum() {
        var counted = out.total().add(Sums.of(out.unassigned().values())).add(out.carried());
        var spent = Sums.of(events.stream().map(Event::wei).toList());
        return counted.subtract(in.read().lost()).equals(spent)
                ? Optional.empty()
                : Optional.of("all that was ever counted is " + counted + " wei, of which "
                        + in.read().lost() + " are lost to reorganisations; the contract has said " + spent
                        + " until block " + in.read().last());
    }
}
