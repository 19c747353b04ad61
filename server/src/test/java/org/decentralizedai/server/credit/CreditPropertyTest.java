package org.decentralizedai.server.credit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import org.decentralizedai.server.credit.Leaderboard.Period;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.MutableClock;

/** Grants, replays, forfeits and changes of team in any order, against a model of lists. */
class CreditPropertyTest {
    private static final int TASKS = 12;
    private static final String[] ACCOUNTS = {"a", "b", "c"};
    private static final Database DATABASE = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
            + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1");
    private static int tries;

    /** @param kind 0-5 completes the task (replays when it was), 6 forfeits, 7 joins or leaves the team, 8 lets an hour pass */
    record Action(int kind, int account, int task, int tokens) {}

    @AfterContainer
    static void close() {
        DATABASE.close();
    }

    @Provide
    Arbitrary<List<Action>> actions() {
        var one = Combinators.combine(
                        Arbitraries.integers().between(0, 8),
                        Arbitraries.integers().between(0, ACCOUNTS.length - 1),
                        Arbitraries.integers().between(0, TASKS - 1),
                        Arbitraries.integers().between(0, 1000))
                .as(Action::new);
        return one.list().ofMinSize(1).ofMaxSize(60);
    }

    private static final class Model {
        final Map<Integer, Long> granted = new HashMap<>(); // by task
        final List<Long> held = new ArrayList<>(); // oldest first
        long released, forfeited;

        void complete(int task, long credit, int heldTasks) {
            if (granted.putIfAbsent(task, credit) != null) return;
            held.add(credit);
            if (held.size() > heldTasks) released += held.removeFirst();
        }

        long forfeit() {
            long lost = held.stream().mapToLong(Long::longValue).sum();
            held.clear();
            forfeited += lost;
            return lost;
        }

        long heldCredit() {
            return held.stream().mapToLong(Long::longValue).sum();
        }
    }

    @Property(tries = 100)
    void anyOrder_sumsConserveAndNothingIsNegative(
            @ForAll("actions") List<Action> actions, @ForAll("held") int heldTasks) {
        String run = "try" + tries++ + "-";
        var clock = new MutableClock();
        var ledger = new CreditLedger(DATABASE, clock, CreditLedgerContract.RULE, heldTasks);
        var accounts = new Accounts(DATABASE, clock);
        var models = new HashMap<String, Model>();
        long poolBefore = ledger.pool(new Epoch(0));
        var team = new HashMap<String, Boolean>();
        for (Action action : actions) {
            String account = run + ACCOUNTS[action.account()];
            var model = models.computeIfAbsent(account, _ -> new Model());
            switch (action.kind()) {
                case 6 -> assertThat(ledger.forfeit(account)).isEqualTo(model.forfeit());
                case 7 -> changeTeam(accounts, account, run + "team", team);
                case 8 -> clock.advance(Duration.ofHours(1));
                default -> {
                    ledger.grant(action.task(), account, action.tokens());
                    model.complete(action.task(), action.tokens(), heldTasks);
                }
            }
            check(ledger.balance(account), model);
        }
        models.forEach((account, model) -> check(ledger.balance(account), model));
        long lost = models.values().stream().mapToLong(m -> m.forfeited).sum();
        assertThat(ledger.pool(new Epoch(0)) - poolBefore).isEqualTo(lost);
        models.keySet().forEach(account -> sumsAgreeWithEntries(account, ledger.balance(account)));
        teamAgreesWithEntries(run + "team");
    }

    @Provide
    Arbitrary<Integer> held() {
        return Arbitraries.integers().between(0, 5);
    }

    private static void changeTeam(Accounts accounts, String account, String name, Map<String, Boolean> in) {
        if (accounts.find(account).isEmpty()) return;
        if (in.merge(account, true, (was, _) -> !was)) {
            if (accounts.join(account, PublicName.of(name)).isEmpty())
                assertThat(accounts.found(account, PublicName.of(name))).isPresent();
        } else accounts.leave(account);
    }

    private static void check(Balance balance, Model model) {
        assertThat(balance.held()).isEqualTo(model.heldCredit()).isNotNegative();
        assertThat(balance.released()).isEqualTo(model.released).isNotNegative();
        assertThat(balance.forfeited()).isEqualTo(model.forfeited).isNotNegative();
        assertThat(balance.released() + balance.held() + balance.forfeited())
                .isEqualTo(model.granted.values().stream()
                        .mapToLong(Long::longValue)
                        .sum());
    }

    /** The kept sums are what the entries say. */
    private static void sumsAgreeWithEntries(String account, Balance balance) {
        long granted = sum("select sum(micro_credits) from credit_entry where step = 0 and account = ?", account);
        long released =
                sum("select sum(micro_credits) from credit_entry where kind = 'RELEASED' and account = ?", account);
        long forfeited =
                sum("select sum(micro_credits) from credit_entry where kind = 'FORFEITED' and account = ?", account);
        assertThat(balance.released()).isEqualTo(released);
        assertThat(balance.forfeited()).isEqualTo(forfeited);
        assertThat(balance.held()).isEqualTo(granted - released - forfeited);
        assertThat(sum("select sum(earned) from credit_hour where account = ?", account))
                .isEqualTo(granted - forfeited);
        assertThat(sum("select sum(tasks) from credit_hour where account = ?", account))
                .isEqualTo(balance.tasks());
        assertThat(sum("select min(earned) from credit_hour where account = ?", account))
                .isNotNegative();
    }

    private static void teamAgreesWithEntries(String name) {
        long kept = sum("select sum(earned) from team where name = ?", name);
        long booked = sum("""
                select sum(case when step = 0 then micro_credits when kind = 'FORFEITED' then -micro_credits else 0 end)
                from credit_entry where team = (select id from team where name = ?)""", name);
        assertThat(kept).isEqualTo(booked).isNotNegative();
        assertThat(new Leaderboard(DATABASE, new MutableClock())
                        .teams(Period.ALL, new Page.Request(1, 100))
                        .rows())
                .allMatch(row -> row.microCredits() > 0);
    }

    private static long sum(String sql, String parameter) {
        return DATABASE.jdbi()
                .withHandle(handle -> handle.createQuery(sql.replace("?", ":p"))
                        .bind("p", parameter)
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(0L));
    }
}
