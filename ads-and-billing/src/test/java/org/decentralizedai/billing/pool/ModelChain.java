package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.decentralizedai.billing.pool.PoolEvent.Place;

/** A chain with the contract on it, in memory: blocks come and are replaced; the node may fail, or be behind. */
final class ModelChain implements ChainView {
    /** A transaction: what the contract says when it is executed. @param number unique */
    private record Sent(int number, Kind kind, String owner, Label label, BigInteger amount, String text) {}

    private record Mined(Block block, List<PoolEvent> events, List<Sent> sent) {}

    private List<Mined> blocks = new ArrayList<>();
    private List<Mined> replaced = List.of();
    private final List<Sent> waiting = new ArrayList<>();
    private int hashes;
    private int transactions;
    private int goodCalls = Integer.MAX_VALUE;
    private int behind;
    private boolean repeats;
    private long forgotten = -1;

    ModelChain() {
        mine();
    }

    void send(Kind kind, String owner, Label label, long amount) {
        send(kind, owner, label, amount, "posting");
    }

    void send(Kind kind, String owner, Label label, long amount, String text) {
        waiting.add(new Sent(transactions++, kind, owner, label, BigInteger.valueOf(amount), text));
    }

    /** A block with all that waits, but what the contract refuses. */
    void mine() {
        String parent = blocks.isEmpty() ? hash(0) : blocks.getLast().block().hash();
        var block = new Block(blocks.size(), hash(++hashes), parent);
        var mined = new Mined(block, new ArrayList<>(), new ArrayList<>());
        blocks.add(mined);
        for (Sent sent : waiting) execute(sent, mined);
        waiting.clear();
    }

    private void execute(Sent sent, Mined in) {
        var amount = sent.amount();
        var said = truth(newest());
        var own = said.stream()
                .filter(event -> account(sent).equals(event.purse()))
                .toList();
        var unspent = sum(own, Kind.DEPOSITED).subtract(sum(own, Kind.EXITED)).subtract(sum(own, Kind.SPENT));
        var exiting = exiting(own);
        boolean exits = exiting.signum() > 0;
        boolean right = switch (sent.kind()) {
            case DEPOSITED, AUTHORISED, REVOKED, CONTESTED, SPENDING_PROPOSED, ROOT_PROPOSED, ROOT_FINALISED -> true;
            case EXIT_REQUESTED -> !exits && amount.compareTo(unspent) <= 0;
            case SPENT -> amount.compareTo(unspent) <= 0;
            case EXIT_CANCELLED, EXITED -> exits;
            case CLAIMED -> sum(said, Kind.CLAIMED).add(amount).compareTo(sum(said, Kind.SPENT)) <= 0;
        };
        if (!right) return;
        if (sent.kind() == Kind.EXITED) amount = exiting.min(unspent);
        var place = new Place(
                in.block().number(),
                in.block().hash(),
                hash(1_000_000 + sent.number()),
                in.events().size());
        in.events().add(event(sent, place).amount(amount).text(sent.text()));
        in.sent().add(sent);
    }

    private static PoolEvent event(Sent sent, Place place) {
        return switch (sent.kind()) {
            case CLAIMED -> new PoolEvent(place, Kind.CLAIMED, null).address(sent.owner());
            case SPENDING_PROPOSED, ROOT_PROPOSED, ROOT_FINALISED -> new PoolEvent(place, sent.kind(), null);
            default ->
                new PoolEvent(place, sent.kind(), account(sent))
                        .label(sent.label().hex())
                        .address(sent.owner());
        };
    }

    static BigInteger sum(List<PoolEvent> events, Kind kind) {
        return events.stream()
                .filter(event -> event.kind() == kind)
                .map(PoolEvent::amount)
                .reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** @param own events of a purse */
    static BigInteger exiting(List<PoolEvent> own) {
        var exiting = BigInteger.ZERO;
        for (PoolEvent event : own)
            switch (event.kind()) {
                case EXIT_REQUESTED -> exiting = event.amount();
                case EXITED, EXIT_CANCELLED -> exiting = BigInteger.ZERO;
                default -> {}
            }
        return exiting;
    }

    private static String account(Sent sent) {
        return Purse.account(sent.owner(), sent.label());
    }

    private static String hash(long number) {
        return String.format("0x%016x%048x", number, number);
    }

    /** The newest blocks are replaced by as many; what they held is mined again but each {@code dropped}th. */
    void reorganise(int depth, int dropped) {
        int kept = Math.max(1, blocks.size() - depth), lost = blocks.size() - kept;
        replaced = blocks;
        var again = new ArrayList<Sent>();
        for (Mined mined : blocks.subList(kept, blocks.size())) again.addAll(mined.sent());
        blocks = new ArrayList<>(blocks.subList(0, kept));
        for (int i = 0; i < again.size(); i++) if (dropped == 0 || i % dropped != 0) waiting.add(again.get(i));
        for (int i = 0; i < lost; i++) mine();
    }

    /** The blocks of before the last reorganisation are the chain again. */
    void takeBack() {
        if (replaced.size() < blocks.size()) return;
        var now = blocks;
        blocks = new ArrayList<>(replaced);
        replaced = now;
    }

    /** From now on the node fails after so many answers. */
    void failAfter(int calls) {
        goodCalls = calls;
    }

    /** The node lacks the newest blocks, and tells each event twice. */
    void disturb(int behind, boolean repeats) {
        this.behind = behind;
        this.repeats = repeats;
    }

    /** The node answers that nothing was said in a block, without an error. */
    void forget(long block) {
        forgotten = block;
    }

    void recover() {
        forgotten = -1;
        goodCalls = Integer.MAX_VALUE;
        behind = 0;
        repeats = false;
    }

    /** What the contract has said up to a block, on the chain as it is. */
    List<PoolEvent> truth(long to) {
        return blocks.stream()
                .filter(mined -> mined.block().number() <= to)
                .flatMap(mined -> mined.events().stream())
                .toList();
    }

    long newest() {
        return blocks.size() - 1L;
    }

    private void call() {
        if (goodCalls-- <= 0) throw new ChainFault(Code.NO_ANSWER, "no answer");
    }

    @Override
    public void check() {
        call();
    }

    @Override
    public long head() {
        call();
        return Math.max(0, newest() - behind);
    }

    @Override
    public Optional<Block> block(long number) {
        call();
        return number <= newest() - behind
                ? Optional.of(blocks.get((int) number).block())
                : Optional.empty();
    }

    @Override
    public List<PoolEvent> events(long from, long to) {
        call();
        return told(blocks.stream()
                .filter(mined -> mined.block().number() >= from && mined.block().number() <= to)
                .flatMap(mined -> mined.events().stream())
                .toList());
    }

    @Override
    public List<PoolEvent> events(Block block) {
        call();
        var mined = blocks.get((int) block.number());
        if (!mined.block().hash().equals(block.hash())) throw new ChainFault(Code.NO_ANSWER, "unknown block");
        return told(mined.events());
    }

    @Override
    public PoolTotals totals(long block) {
        call();
        var said = truth(block);
        return new PoolTotals(
                sum(said, Kind.DEPOSITED), sum(said, Kind.EXITED), sum(said, Kind.SPENT), sum(said, Kind.CLAIMED));
    }

    private List<PoolEvent> told(List<PoolEvent> events) {
        var known = events.stream()
                .filter(event -> event.place().block() != forgotten)
                .toList();
        if (!repeats) return known;
        var twice = new ArrayList<PoolEvent>();
        for (PoolEvent event : known) twice.addAll(List.of(event, event));
        return twice;
    }
}
