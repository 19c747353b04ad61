package org.decentralizedai.billing.ledger;

import static org.decentralizedai.billing.ledger.Outcome.NOTHING_TO_END;
import static org.decentralizedai.billing.ledger.Outcome.POSTED;
import static org.decentralizedai.billing.ledger.Outcome.REPLAYED;
import static org.decentralizedai.billing.ledger.Outcome.UNCOVERED;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What customers expect, told without a ledger: plain sums of what they were given, put aside and spent. Says of each action which
 * postings it makes and what must become of them.
 */
final class Customers {
    /** A posting and what must become of it. */
    record Expected(Posting posting, Outcome outcome) {}

    private final String prefix;
    private final long[] balance = new long[Action.CUSTOMERS], wei = new long[Action.CUSTOMERS];
    private final Map<String, Long> spent = new HashMap<>(); // by customer and epoch
    private final Map<String, Integer> spentEntries = new HashMap<>();
    private final Map<Long, Long> revenue = new HashMap<>(), refunds = new HashMap<>(); // by epoch
    private final Set<String> grants = new HashSet<>(), deposits = new HashSet<>(), refunded = new HashSet<>();
    private final Map<String, Reservation> known = new HashMap<>(); // also refused ones
    private final Map<String, Reservation> reserved = new HashMap<>();
    private final Map<String, Posting> settled = new HashMap<>();
    private long granted;
    private long epoch;

    /** @param prefix of all ids, so that sequences can share a database */
    Customers(String prefix, Epoch epoch) {
        this.prefix = prefix;
        this.epoch = epoch.number();
    }

    private String name(int customer) {
        return prefix + customer;
    }

    /** To be posted in this order. */
    List<Expected> doing(Action action) {
        return switch (action.kind()) {
            case GRANT -> action.amount() == 0 ? List.of() : List.of(grant(action));
            case RESERVE -> List.of(reserve(action));
            case SETTLE -> settle(action, action.part());
            case RELEASE -> settle(action, 0);
            case REFUND -> refund(action);
            case ROLL_UP -> rollUp(action);
            case DEPOSIT -> action.amount() == 0 ? List.of() : List.of(deposit(action));
            case CRASH -> crash(action);
            case WEEK -> {
                epoch++;
                yield List.of();
            }
        };
    }

    private Expected grant(Action action) {
        String id = prefix + action.subject();
        boolean first = grants.add(id);
        if (first) {
            balance[action.customer()] += action.amount();
            granted += action.amount();
        }
        return new Expected(
                Postings.grant(id, name(action.customer()), BigInteger.valueOf(action.amount()), "a gift"),
                first ? POSTED : REPLAYED);
    }

    private Expected deposit(Action action) {
        String id = prefix + action.subject();
        boolean first = deposits.add(id);
        if (first) wei[action.customer()] += action.amount();
        return new Expected(
                Postings.deposit(id, name(action.customer()), BigInteger.valueOf(action.amount())),
                first ? POSTED : REPLAYED);
    }

    private Expected reserve(Action action) {
        String id = prefix + action.subject();
        var asked = known.get(id);
        if (asked == null || !reserved.containsKey(id))
            asked = new Reservation(id, name(action.customer()), BigInteger.valueOf(action.amount()));
        known.put(id, asked);
        var posting = asked.reserve("puts " + action.amount() + " aside");
        if (reserved.containsKey(id)) return new Expected(posting, REPLAYED);
        if (balance[action.customer()] < action.amount()) return new Expected(posting, UNCOVERED);
        balance[action.customer()] -= action.amount();
        reserved.put(id, asked);
        return new Expected(posting, POSTED);
    }

    private List<Expected> settle(Action action, int part) {
        var of = known.get(prefix + action.subject());
        return of == null ? List.of() : List.of(settle(of, part));
    }

    private Expected settle(Reservation of, int part) {
        long all = of.microCredits().longValueExact(), cost = all * part / 100;
        var posting = of.settle(BigInteger.valueOf(cost), new Epoch(epoch), "costs " + cost);
        if (settled.containsKey(of.id())) return new Expected(posting, REPLAYED);
        if (!reserved.containsKey(of.id())) return new Expected(posting, NOTHING_TO_END);
        settled.put(of.id(), posting);
        balance[index(of)] += all - cost;
        if (cost > 0) {
            spent.merge(spentKey(of.customer()), cost, Long::sum);
            spentEntries.merge(spentKey(of.customer()), 1, Integer::sum);
        }
        return new Expected(posting, POSTED);
    }

    private List<Expected> refund(Action action) {
        var of = known.get(prefix + action.subject());
        if (of == null) return List.of();
        var settlement = settled.getOrDefault(of.id(), of.settle(of.microCredits(), new Epoch(epoch), "never posted"));
        long back = Math.min(action.amount(), cost(settlement));
        if (back == 0) return List.of();
        var posting = Postings.refund(of, settlement, BigInteger.valueOf(back), new Epoch(epoch), "sorry");
        if (!settled.containsKey(of.id())) return List.of(new Expected(posting, NOTHING_TO_END));
        if (!refunded.add(of.id())) return List.of(new Expected(posting, REPLAYED));
        balance[index(of)] += back;
        refunds.merge(epoch, -back, Long::sum);
        return List.of(new Expected(posting, POSTED));
    }

    private static long cost(Posting settlement) {
        return settlement.entries().stream()
                .filter(entry -> entry.account().kind() == Account.Kind.SPENT)
                .mapToLong(entry -> entry.amount().longValueExact())
                .sum();
    }

    /** Of the current epoch too: the rule does not mind. */
    private List<Expected> rollUp(Action action) {
        String customer = name(action.customer()), key = spentKey(customer);
        long sum = spent.getOrDefault(key, 0L);
        if (sum == 0) return List.of();
        var posting =
                Postings.rollUp(new Epoch(epoch), customer, BigInteger.valueOf(sum), spentEntries.getOrDefault(key, 0));
        spent.put(key, 0L);
        spentEntries.merge(key, 1, Integer::sum);
        revenue.merge(epoch, sum, Long::sum);
        return List.of(new Expected(posting, POSTED), new Expected(posting, REPLAYED));
    }

    private List<Expected> crash(Action action) {
        var all = new ArrayList<Expected>();
        for (Reservation of : reserved.values()) if (!settled.containsKey(of.id())) all.add(settle(of, action.part()));
        return all;
    }

    private int index(Reservation of) {
        return Integer.parseInt(of.customer().substring(prefix.length()));
    }

    private String spentKey(String customer) {
        return customer + "@" + epoch;
    }

    /** What must be in each account, the shared sources and revenues apart. */
    Map<Account, BigInteger> amounts() {
        var all = new HashMap<Account, BigInteger>();
        for (int i = 0; i < Action.CUSTOMERS; i++) {
            all.put(Account.balance(name(i)), BigInteger.valueOf(balance[i]));
            all.put(Account.deposit(name(i)), BigInteger.valueOf(wei[i]));
            all.put(Account.reserved(name(i)), BigInteger.ZERO);
        }
        for (Reservation of : reserved.values())
            if (!settled.containsKey(of.id()))
                all.merge(Account.reserved(of.customer()), of.microCredits(), BigInteger::add);
        spent.forEach((key, sum) -> {
            String[] parts = key.split("@");
            all.put(Account.spent(parts[0], new Epoch(Long.parseLong(parts[1]))), BigInteger.valueOf(sum));
        });
        return all;
    }

    /** What must be in the accounts of no customer, when nobody else uses them. */
    Map<Account, BigInteger> common() {
        var all = new HashMap<Account, BigInteger>();
        revenue.forEach((number, sum) -> all.put(Account.revenue(new Epoch(number)), BigInteger.valueOf(sum)));
        refunds.forEach((number, sum) -> all.put(Account.refunds(new Epoch(number)), BigInteger.valueOf(sum)));
        all.put(Account.grants(), BigInteger.valueOf(-granted));
        all.put(Account.chain(), BigInteger.valueOf(-Arrays.stream(wei).sum()));
        return all;
    }
}
