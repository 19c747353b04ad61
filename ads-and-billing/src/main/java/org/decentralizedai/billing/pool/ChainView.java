package org.decentralizedai.billing.pool;

import java.util.List;
import java.util.Optional;

/** The chain as a node tells it; each answer may be of another moment. Every method throws {@link ChainFault} when there is no good answer. */
interface ChainView {
    record Block(long number, String hash, String parent) {}

    /** Refuses a node of another chain, and one that does not know the contract. */
    void check();

    /** Number of the newest block. */
    long head();

    /** Empty: the node does not have it. */
    Optional<Block> block(long number);

    /** What the contract said in these blocks, both included, in order. */
    List<PoolEvent> events(long from, long to);

    /** What it said in the one block of that hash, in order; a node that does not have the block refuses. */
    List<PoolEvent> events(Block block);

    /** What the contract itself counts, after the block of that number. */
    PoolTotals totals(long block);
}
