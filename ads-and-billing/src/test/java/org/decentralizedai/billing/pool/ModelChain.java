package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.decentralizedai.billing.pool.PoolEvent.Place;

/** A chain with the contract on it, in memory: blocks come and are replaced; the node may fail, or be behind. */
final class ModelChain implements ChainView {
    /** A transaction: what the contract says when it is executed. @param number unique */
    private record Sent(int number, Kind kind, String owner, Label label, BigInteger amount) {}

    private record Mined(Block block, List<PoolEvent> events, List<Sent> sent) {}

    private List<Mined> blocks = new ArrayList<>();
    private List<Mined> replaced = List.of();
    private final List<Sent> waiting = new ArrayList<>();
    private int hashes;
    private int transactions;
    private int goodCalls = Integer.MAX_VALUE;
    private int behind;
    private boolean repeats;

    ModelChain() {
        mine();
    }

    void send(Kind kind, String owner, Label label, long amount) {
        waiting.add(new Sent(transactions++, kind, owner, label, BigInteger.valueOf(amount)));
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
        var purse = purses().getOrDefault(account(sent), Purse.unseen(account(sent)));
        var amount = sent.amount();
        boolean exits = purse.exiting().signum() > 0;
        boolean right = switch (sent.kind()) {
            case DEPOSITED -> true;
            case EXIT_REQUESTED -> !exits && amount.compareTo(purse.unspent()) <= 0;
            case SPENT -> amount.compareTo(purse.unspent()) <= 0;
            case EXIT_CANCELLED, EXITED -> exits;
            case CLAIMED -> claimed().add(amount).compareTo(sum(Kind.SPENT)) <= 0;
            default -> throw new IllegalArgumentException("not modelled: " + sent.kind());
        };
        if (!right) return;
        if (sent.kind() == Kind.EXITED) amount = purse.exiting().min(purse.unspent());
        var place = new Place(
                in.block().number(),
                in.block().hash(),
                hash(1_000_000 + sent.number()),
                in.events().size());
        var event = sent.kind() == Kind.CLAIMED
                ? new PoolEvent(place, Kind.CLAIMED, null).address(sent.owner())
                : new PoolEvent(place, sent.kind(), account(sent))
                        .label(sent.label().hex())
                        .address(sent.owner());
        in.events().add(event.amount(amount).text("posting"));
        in.sent().add(sent);
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

    void recover() {
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

    private Map<String, Purse> purses() {
        var purses = new HashMap<String, Purse>();
        for (PoolEvent event : truth(newest())) {
            String account = event.purse();
            if (account != null)
                purses.put(
                        account,
                        purses.getOrDefault(account, Purse.unseen(account)).after(event));
        }
        return purses;
    }

    private BigInteger claimed() {
        return sum(Kind.CLAIMED);
    }

    private BigInteger sum(Kind kind) {
        return truth(newest()).stream()
                .filter(event -> event.kind() == kind)
                .map(PoolEvent::amount)
                .reduce(BigInteger.ZERO, BigInteger::add);
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

    private List<PoolEvent> told(List<PoolEvent> events) {
        if (!repeats) return events;
        var twice = new ArrayList<PoolEvent>();
        for (PoolEvent event : events) twice.addAll(List.of(event, event));
        return twice;
    }
}
