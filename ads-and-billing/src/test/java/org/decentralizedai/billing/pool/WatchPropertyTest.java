package org.decentralizedai.billing.pool;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AddLifecycleHook;
import net.jqwik.api.lifecycle.AfterContainer;
import org.decentralizedai.billing.OnlySlow;
import org.decentralizedai.billing.TestDatabase;

/** Deposits, exits, spendings, reorganisations, faults and restarts in any order: what is booked in the end is what is on the chain. */
class WatchPropertyTest {
    private static final TestDatabase DATABASE = TestDatabase.inMemory();

    static {
        WatchContract.openAccounts(DATABASE);
    }

    @AfterContainer
    static void close() {
        DATABASE.close();
    }

    @Provide
    Arbitrary<List<WatchStep>> steps() {
        return WatchStep.sequences();
    }

    @Property(tries = 200, shrinking = ShrinkingMode.BOUNDED)
    void whateverHappens_booksAreWhatTheChainSays(@ForAll("steps") List<WatchStep> steps) {
        WatchPlay.play(DATABASE, steps, 1);
    }

    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void chainLongerThanWhatIsRemembered_too(
            @ForAll("steps") List<WatchStep> steps, @ForAll @IntRange(min = 250, max = 300) int blocks) {
        WatchPlay.play(DATABASE, steps, blocks);
    }

    @Property(tries = 3000, shrinking = ShrinkingMode.BOUNDED)
    @AddLifecycleHook(OnlySlow.class)
    void whateverHappens_oftenTried(@ForAll("steps") List<WatchStep> steps) {
        WatchPlay.play(DATABASE, steps, 1);
    }
}
