package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.decentralizedai.billing.pool.ModelChain.sum;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Books;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.ledger.Postings;
import org.decentralizedai.billing.ledger.Reservation;
import org.decentralizedai.billing.pool.PoolEvent.Kind;

/** Plays steps over an emptied database and compares the books with what is on the chain in the end, added up anew. */
final class WatchPlay {
    private static final int CONFIRMATIONS = 2;
    private static final List<String> NAMES = List.of("ada", "bob", "stranger");
    private static final String PROVIDER = "0x" + "8".repeat(40);
    private static final BigInteger RATE = BigInteger.valueOf(Desk.RATE);

    private final TestDatabase database;
    private final ModelChain chain = new ModelChain();
    private final Desk.DyingClock clock = new Desk.DyingClock();
    private final Map<String, BigInteger> usedNet = new HashMap<>(),
            mostUsed = new HashMap<>(); // S - G, and its maximum
    private Desk desk;
    private BigInteger shared = BigInteger.ZERO;
    private int postings;

    private WatchPlay(TestDatabase database, int blocksBefore) {
        this.database = database;
        Desk.empty(database);
        chain.send(Kind.DEPOSITED, owner(0, 0), new Label("ada"), 12_345); // in a block that is read in a range
        for (int i = 0; i < blocksBefore; i++) chain.mine();
        desk = desk();
    }

    /** Ada and Bob must be customers there. */
    static void play(TestDatabase database, List<WatchStep> steps, int blocksBefore) {
        var play = new WatchPlay(database, blocksBefore);
        for (WatchStep step : steps) {
            play.does(step);
            play.positions(step.size() % 4 == 0); // else nobody asks: what was spent must be known all the same
        }
        play.positions(true);
        play.settles();
    }

    private Desk desk() {
        return new Desk(database, chain, CONFIRMATIONS, clock);
    }

    private static String owner(int who, int purse) {
        return "0x" + String.valueOf(1 + who + purse * WatchStep.CUSTOMERS).repeat(40);
    }

    private void does(WatchStep step) {
        String owner = owner(step.who(), step.size() % 2);
        var label = new Label(NAMES.get(step.who()));
        int size = step.size();
        switch (step.what()) {
            case DEPOSIT -> chain.send(Kind.DEPOSITED, owner, label, size * 777L);
            case EXIT -> chain.send(Kind.EXIT_REQUESTED, owner, label, size * 555L);
            case CANCEL -> chain.send(Kind.EXIT_CANCELLED, owner, label, 0);
            case PAY_OUT -> chain.send(Kind.EXITED, owner, label, 0);
            case COUNT_SPENT -> chain.send(Kind.SPENT, owner, label, size * 333L);
            case CLAIM -> chain.send(Kind.CLAIMED, PROVIDER, label, size * 111L);
            case AUTHORISE -> chain.send(Kind.AUTHORISED, owner, label, 0);
            case REVOKE -> chain.send(Kind.REVOKED, owner, label, 0);
            case CONTEST -> chain.send(Kind.CONTESTED, owner, label, 0);
            case ROOT -> chain.send(Kind.ROOT_PROPOSED, owner, label, size * 99L, "ipfs://\0" + "a".repeat(5000));
            case MINE -> {
                for (int i = 0; i < size; i++) chain.mine();
            }
            case REORGANISE -> chain.reorganise(size, step.who());
            case TAKE_BACK -> chain.takeBack();
            case LOOK -> look();
            case LOOK_THAT_FAILS -> {
                chain.failAfter(size);
                look();
            }
            case LOOK_THAT_DIES -> {
                clock.dieAfter(size);
                look();
                desk = desk();
            }
            case LOOK_BEHIND -> {
                chain.disturb(size, false);
                look();
            }
            case LOOK_AT_REPEATS -> {
                chain.disturb(0, true);
                look();
            }
            case RESTART -> desk = desk();
            case GRANT -> grant(label.customer(), size);
            case SPEND -> spend(label.customer(), size);
            case SHARE_OUT -> shareOut();
        }
        chain.recover();
        clock.dieAfter(Integer.MAX_VALUE);
    }

    private void look() {
        try {
            desk.look();
        } catch (ChainFault | IllegalStateException e) { // the next look goes on
        }
    }

    private void grant(String customer, int size) {
        var amount = BigInteger.valueOf(size);
        desk.ledger.post(Postings.grant("g" + postings++, customer, amount, "a gift"));
        usedNet.merge(customer, amount.negate(), BigInteger::add);
    }

    private void spend(String customer, int size) {
        var request = new Reservation("r" + postings++, customer, BigInteger.valueOf(size));
        if (desk.ledger.post(request.reserve("")) != Outcome.POSTED) return;
        var cost = BigInteger.valueOf(size - size / 3);
        assertThat(desk.ledger.post(request.settle(cost, new Epoch(0), ""))).isEqualTo(Outcome.POSTED);
        usedNet.merge(customer, cost, BigInteger::add);
    }

    /** As the close of an epoch does: the income is not there any more when a reorganisation takes it back. */
    private void shareOut() {
        var income = desk.ledger.amount(Account.income());
        if (income.signum() == 0) return;
        desk.ledger.post(new Posting(
                "share" + postings++,
                Posting.Kind.SHARE,
                null,
                "",
                List.of(new Entry(Account.income(), income.negate()), new Entry(Account.payable(PROVIDER), income))));
        shared = shared.add(income);
    }

    /** What was spent of the deposits is S - G at its highest, whatever the chain does. */
    private void positions(boolean asks) {
        for (String customer : List.of("ada", "bob")) {
            var most = usedNet.getOrDefault(customer, BigInteger.ZERO).max(BigInteger.ZERO);
            var highest = mostUsed.getOrDefault(customer, BigInteger.ZERO).max(most);
            mostUsed.put(customer, highest);
            if (asks) assertThat(desk.positions.paid(customer)).isEqualTo(highest.multiply(RATE));
        }
    }

    private void settles() {
        desk.look();
        var truth = chain.truth(chain.newest() - CONFIRMATIONS);
        assertThat(desk.ledger.amount(Account.chain()).negate())
                .as("what the contract holds")
                .isEqualTo(sum(truth, Kind.DEPOSITED)
                        .subtract(sum(truth, Kind.EXITED))
                        .subtract(sum(truth, Kind.CLAIMED)));
        assertThat(desk.ledger
                        .amount(Account.income())
                        .add(desk.ledger.amount(Account.lost()))
                        .add(desk.ledger.amount(Account.payable(PROVIDER))))
                .as("what was spent is income, or was shared out or claimed")
                .isEqualTo(sum(truth, Kind.SPENT).subtract(sum(truth, Kind.CLAIMED)));
        for (int who = 0; who < WatchStep.CUSTOMERS; who++) customerIsRight(who, truth);
        Books.check(database.jdbi());
    }

    private void customerIsRight(int who, List<PoolEvent> truth) {
        String customer = NAMES.get(who);
        boolean stranger = who == 2;
        BigInteger inPurses = BigInteger.ZERO, backing = BigInteger.ZERO;
        for (int number = 0; number < 2; number++) {
            String account = Purse.account(owner(who, number), new Label(NAMES.get(who)));
            var own = truth.stream()
                    .filter(event -> account.equals(event.purse()))
                    .toList();
            purseIsRight(account, own);
            var there = sum(own, Kind.DEPOSITED).subtract(sum(own, Kind.EXITED));
            var left = there.subtract(sum(own, Kind.SPENT));
            inPurses = inPurses.add(left);
            backing = backing.add(there).subtract(ModelChain.exiting(own));
            if (stranger) strangerIsRight(account.substring(2), left);
        }
        if (!stranger) creditsAreRight(customer, inPurses, backing.divide(RATE));
    }

    private void purseIsRight(String account, List<PoolEvent> own) {
        var purse = desk.purses.find(account).orElse(Purse.unseen(account));
        assertThat(purse.deposited()).isEqualTo(sum(own, Kind.DEPOSITED));
        assertThat(purse.exited()).isEqualTo(sum(own, Kind.EXITED));
        assertThat(purse.spent()).isEqualTo(sum(own, Kind.SPENT));
        assertThat(purse.exiting()).isEqualTo(ModelChain.exiting(own));
        var delegations = own.stream()
                .filter(event -> event.kind() == Kind.AUTHORISED || event.kind() == Kind.REVOKED)
                .toList();
        assertThat(purse.delegations()).isEqualTo(delegations.size());
        boolean delegated = !delegations.isEmpty() && delegations.getLast().kind() == Kind.AUTHORISED;
        assertThat(purse.delegate()).isEqualTo(delegated ? delegations.getLast().address() : null);
    }

    private void strangerIsRight(String customer, BigInteger left) {
        assertThat(desk.ledger.amount(Account.deposit(customer))).isEqualTo(left);
        assertThat(desk.ledger.amount(Account.balance(customer))).isZero();
    }

    private void creditsAreRight(String customer, BigInteger inPurses, BigInteger backed) {
        assertThat(desk.ledger.amount(Account.deposit(customer))).isEqualTo(inPurses);
        var balance = desk.ledger.amount(Account.balance(customer));
        var sold = balance.add(usedNet.getOrDefault(customer, BigInteger.ZERO)); // G + sold = balance + S
        if (balance.signum() > 0) assertThat(sold).isEqualTo(backed);
        else assertThat(sold).isGreaterThanOrEqualTo(backed);
    }
}
