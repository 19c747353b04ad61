package org.decentralizedai.billing.pool;

import static java.util.Objects.requireNonNull;

import java.math.BigInteger;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.ledger.Unit;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Books events of the chain in the ledger, each once, and takes back those that the chain has dropped. So CHAIN is what the contract
 * holds as of the blocks read, negative.
 */
final class Bookings {
    private static final Logger LOG = LoggerFactory.getLogger(Bookings.class);
    private static final int HEX = 2, TRANSACTION = HEX + 64, BLOCK = HEX + 16;

    private final JdbcLedger ledger;
    private final EventStore events;
    private final PurseStore purses;
    private final Credits credits;
    private final long chain;

    Bookings(JdbcLedger ledger, EventStore events, PurseStore purses, Credits credits, long chain) {
        this.ledger = ledger;
        this.events = events;
        this.purses = purses;
        this.credits = credits;
        this.chain = chain;
    }

    void book(Handle transaction, PoolEvent event) {
        int times = events.add(transaction, event);
        if (times == 0) return;
        String account = event.purse(), customer = null;
        if (account != null) {
            var before = purses.find(transaction, account).orElseGet(() -> Purse.unseen(account));
            boolean late = events.late(transaction, account, event.place()); // left out when its block was first read
            purses.put(transaction, late ? addedUp(transaction, account) : before.after(event));
            customer = customer(transaction, account, event);
        }
        var moves = wei(transaction, event, customer);
        moves.cover(transaction);
        post(transaction, id(event, times), posting(event.kind()), words(event), moves, customer);
    }

    /** The purse is its customer's who is named by its label; a stranger's has an account of its own, and no credits. */
    private @Nullable String customer(Handle transaction, String account, PoolEvent event) {
        String named = purses.customer(transaction, account);
        if (named != null || event.kind() != Kind.DEPOSITED) return named;
        var known =
                Label.read(requireNonNull(event.label())).map(Label::customer).filter(id -> known(transaction, id));
        known.ifPresent(id -> credits.open(transaction, id));
        String customer = known.orElseGet(() -> account.substring(HEX));
        purses.name(transaction, account, customer);
        return customer;
    }

    private static boolean known(Handle transaction, String customer) {
        return transaction
                .createQuery("select 1 from customer where id = :id")
                .bind("id", customer)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    private static Moves wei(Handle transaction, PoolEvent event, @Nullable String customer) {
        var moves = new Moves();
        var amount = event.amount();
        return switch (event.kind()) {
            case DEPOSITED -> moves.move(Account.chain(), deposit(customer), amount);
            case EXITED -> moves.move(deposit(customer), Account.chain(), amount);
            case CLAIMED -> moves.move(Account.payable(requireNonNull(event.address())), Account.chain(), amount);
            case SPENT -> {
                var lost = JdbcLedger.held(transaction, Account.lost()).negate().max(BigInteger.ZERO);
                moves.move(deposit(customer), Account.income(), amount);
                yield moves.move(Account.income(), Account.lost(), lost.min(amount)); // what was lost has come again
            }
            case EXIT_REQUESTED,
                    EXIT_CANCELLED,
                    AUTHORISED,
                    REVOKED,
                    SPENDING_PROPOSED,
                    CONTESTED,
                    ROOT_PROPOSED,
                    ROOT_FINALISED -> moves;
        };
    }

    private static Account deposit(@Nullable String customer) {
        if (customer == null)
            throw new ChainFault(
                    Code.INCOMPLETE,
                    "an event is of a purse whose deposits were never read: ether.fromBlock is too late");
        return Account.deposit(customer);
    }

    /** The chain has dropped it; later events of the same purse must be taken back before. */
    void undo(Handle transaction, PoolEvent event) {
        int times = EventStore.times(transaction, event.place());
        events.undo(transaction, event);
        String account = event.purse();
        if (account != null) {
            purses.put(transaction, addedUp(transaction, account));
        }
        String customer = account == null ? null : purses.customer(transaction, account);
        var moves = new Moves();
        ledger.entries(transaction, id(event, times)).stream()
                .filter(entry -> entry.account().kind().unit() == Unit.WEI)
                .forEach(entry -> moves.add(entry.account(), entry.amount().negate()));
        moves.cover(transaction);
        String words = "The chain has dropped block " + event.place().block() + ". Taken back: " + words(event);
        post(transaction, "undone/" + id(event, times), Posting.Kind.REVERSAL, words, moves, customer);
        LOG.warn(
                "a reorganisation took back {} in block {}",
                event.kind(),
                event.place().block());
    }

    private Purse addedUp(Handle transaction, String account) {
        var purse = Purse.unseen(account);
        for (PoolEvent event : events.of(transaction, account)) purse = purse.after(event);
        return purse;
    }

    private void post(
            Handle transaction, String id, Posting.Kind kind, String words, Moves moves, @Nullable String customer) {
        if (customer != null) moves.move(Account.sold(), Account.balance(customer), credits.due(transaction, customer));
        if (moves.none()) return;
        var outcome = ledger.post(transaction, new Posting(id, kind, null, words, moves.entries()));
        if (outcome != Outcome.POSTED) throw new IllegalStateException("a new event was booked before: " + id);
    }

    /** Of the event, and of how often it has come to count: a reorganisation may itself be taken back. */
    private String id(PoolEvent event, int times) {
        var place = event.place();
        return "ether/" + chain + "/" + place.transaction().substring(HEX, TRANSACTION) + "/"
                + place.blockHash().substring(HEX, BLOCK) + "/" + place.logIndex() + (times == 1 ? "" : "/" + times);
    }

    private static Posting.Kind posting(Kind kind) {
        return switch (kind) {
            case DEPOSITED -> Posting.Kind.DEPOSIT;
            case CLAIMED -> Posting.Kind.CLAIM;
            case EXIT_REQUESTED, EXIT_CANCELLED, EXITED -> Posting.Kind.EXIT;
            case SPENT, AUTHORISED, REVOKED, SPENDING_PROPOSED, CONTESTED, ROOT_PROPOSED, ROOT_FINALISED ->
                Posting.Kind.INCOME;
        };
    }

    private static String words(PoolEvent event) {
        String wei = event.amount() + " wei ";
        String what = switch (event.kind()) {
            case DEPOSITED -> wei + "were deposited";
            case EXIT_REQUESTED -> wei + "are to be paid back";
            case EXIT_CANCELLED -> wei + "are not to be paid back after all";
            case EXITED -> wei + "were paid back";
            case SPENT -> wei + "are counted as spent by the contract, by a " + event.text();
            case CLAIMED -> wei + "were claimed";
            case AUTHORISED, REVOKED, SPENDING_PROPOSED, CONTESTED, ROOT_PROPOSED, ROOT_FINALISED ->
                event.kind().name();
        };
        return what + "; transaction " + event.place().transaction() + ".";
    }
}
