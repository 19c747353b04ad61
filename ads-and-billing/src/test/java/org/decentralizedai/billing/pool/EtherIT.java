package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Books;
import org.decentralizedai.billing.pool.ChainFault.Code;
import org.decentralizedai.billing.pool.FaultyWire.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.utils.Numeric;

/** The watcher against a real node with the real contract, over a wire that does harm. */
final class EtherIT {
    private static final int CONFIRMATIONS = 3;
    private static final long RATE = 1_000_000_000;
    private static final BigInteger CREDIT = BigInteger.valueOf(1_000_000).multiply(BigInteger.valueOf(RATE));

    private final MutableClock clock = new MutableClock();
    private DevChain node;
    private DevChain.Deployed deployed;
    private ComputePool pool;
    private FaultyWire wire;
    private TestDatabase database;
    private String ada;

    @BeforeEach
    void start() throws Exception {
        node = DevChain.start(DevChain.anvil(Path.of("")));
        String signer = node.web3j().ethAccounts().send().getAccounts().get(9);
        deployed = node.deploy(List.of(signer), 1, 100, 100, CREDIT);
        pool = ComputePool.load(deployed.contract(), node.web3j(), node.unlocked(1), DevChain.GAS);
        wire = new FaultyWire(node.address());
        database = TestDatabase.inMemory();
        try (var billing = billing(wire.address())) {
            ada = billing.customers().open("Ada").id();
        }
    }

    @AfterEach
    void stop() {
        Books.check(database.jdbi());
        database.close();
        wire.close();
        node.close();
    }

    private EtherSettings settings(URI rpc, long chain) {
        return new EtherSettings(
                new Chain(chain, "anvil", rpc),
                deployed.contract(),
                deployed.block(),
                CONFIRMATIONS,
                1,
                RATE,
                1,
                10,
                BigInteger.ZERO,
                null);
    }

    @Test
    void nodeThatStandsStill_isSaid_andNobodyIsTrusted() throws Exception {
        wire.answers = answer -> answer.replace("\"0x7a69\"", "\"0x1\""); // a development chain may stand still
        try (var own = TestDatabase.inMemory();
                var billing = new Billing(own.jdbi(), clock, () -> {}, () -> true, settings(wire.address(), 1))) {
            ada = billing.customers().open("Ada").id();
            topUp(CREDIT);
            mine(CONFIRMATIONS);
            clock.advance(Duration.between(clock.instant(), madeAt()));
            assertThat(look(billing).state().problem()).isNull();
            assertThat(billing.balance(ada)).isEqualTo(credits(1));
            assertThat(billing.trusts(ada)).isTrue();
            clock.advance(Duration.ofSeconds(61));
            var state = look(billing).state();
            assertThat(state.fault()).isEqualTo(Code.STALE);
            assertThat(state.halted()).isTrue();
            assertThat(billing.trusts(ada)).isFalse();
            node.pass(60);
            assertThat(look(billing).state().problem()).isNull();
            assertThat(billing.trusts(ada)).isTrue();
        }
    }

    private Instant madeAt() throws Exception {
        return Instant.ofEpochSecond(node.web3j()
                .ethGetBlockByNumber(DefaultBlockParameterName.LATEST, false)
                .send()
                .getBlock()
                .getTimestamp()
                .longValueExact());
    }

    private Billing billing(URI rpc) {
        return new Billing(database.jdbi(), clock, () -> {}, () -> true, settings(rpc, Chain.DEVELOPMENT));
    }

    private static Ether look(Billing billing) {
        var ether = billing.ether().orElseThrow();
        ether.look();
        return ether;
    }

    private void topUp(BigInteger wei) throws Exception {
        String owner = node.web3j().ethAccounts().send().getAccounts().get(1);
        pool.topUp(owner, new Label(ada).bytes(), wei).send();
    }

    private void mine(int blocks) throws Exception {
        node.ask("anvil_mine", "0x" + Integer.toHexString(blocks));
    }

    private static BigInteger credits(int credits) {
        return BigInteger.valueOf(credits * 1_000_000L);
    }

    @Test
    void deposits_areCreditedOnce_whateverReorganises() throws Exception {
        try (var billing = billing(wire.address())) {
            topUp(CREDIT);
            look(billing);
            assertThat(billing.balance(ada)).as("not confirmed").isZero();
            mine(CONFIRMATIONS);
            var ether = look(billing);
            look(billing);
            assertThat(billing.balance(ada)).isEqualTo(credits(1));
            assertThat(ether.state().lag()).isZero();
            assertThat(ether.state().problem()).isNull();
            var purse = ether.purses().of(ada).getFirst();
            assertThat(purse.account()).isEqualTo(Purse.account(String.valueOf(purse.owner()), new Label(ada)));
            assertThat(pool.purse(Numeric.hexStringToByteArray(purse.account())).send().deposited)
                    .isEqualTo(purse.deposited());

            topUp(CREDIT.shiftLeft(1));
            node.ask("anvil_reorg", 1, List.of()); // shallow: drops the second deposit
            mine(CONFIRMATIONS + 2);
            look(billing);
            assertThat(billing.balance(ada)).isEqualTo(credits(1));

            node.ask("anvil_reorg", 10, List.of()); // deep: down to the block of the contract
            look(billing);
            assertThat(billing.balance(ada)).isZero();
            assertThat(billing.ledger().amount(Account.chain())).isZero();
            topUp(CREDIT);
            mine(CONFIRMATIONS);
            look(billing);
            assertThat(billing.balance(ada)).isEqualTo(credits(1));
            assertThat(billing.ledger().amount(Account.chain()).negate())
                    .isEqualTo(node.web3j()
                            .ethGetBalance(deployed.contract(), DefaultBlockParameterName.LATEST)
                            .send()
                            .getBalance());
        }
    }

    @Test
    void wireThatFailsHalfOfTheTime_losesNothing() throws Exception {
        var random = new Random(5);
        wire.plan = (_, _) -> {
            synchronized (random) {
                var faults = Fault.values();
                return random.nextInt(12) > 0 ? Fault.NONE : faults[random.nextInt(faults.length)];
            }
        };
        for (int round = 1; round <= 5; round++) {
            topUp(CREDIT);
            mine(CONFIRMATIONS);
            long to = node.web3j().ethBlockNumber().send().getBlockNumber().longValueExact() - CONFIRMATIONS;
            for (int tries = 0; ; tries++) {
                assertThat(tries).isLessThan(500);
                try (var billing = billing(wire.address())) { // each time as after a restart
                    if (look(billing).state().next() == to + 1) break;
                }
            }
            try (var billing = billing(node.address())) {
                assertThat(billing.balance(ada)).isEqualTo(credits(round));
            }
        }
    }

    @Test
    void nodeThatRefusesWideRanges_isAskedForNarrowOnes() throws Exception {
        topUp(CREDIT);
        mine(700);
        topUp(CREDIT);
        mine(300);
        wire.plan = (body, _) -> width(body) > 100 ? Fault.ERROR : Fault.NONE;
        try (var billing = billing(wire.address())) {
            for (int i = 0; i < 10; i++) look(billing);
            assertThat(billing.balance(ada)).isEqualTo(credits(2));
            assertThat(look(billing).state().lag()).isZero();
        }
    }

    private static long width(String body) {
        if (!body.contains("eth_getLogs") || !body.contains("fromBlock")) return 0;
        return number(body, "toBlock") - number(body, "fromBlock") + 1;
    }

    private static long number(String body, String name) {
        return Long.decode(body.replaceAll(".*\"" + name + "\":\"(0x[0-9a-f]+)\".*", "$1"));
    }

    @Test
    void wrongNodes_areRefused_andSaid_withoutTheirAddress() throws Exception {
        topUp(CREDIT);
        mine(CONFIRMATIONS);
        try (var billing = billing(wire.address())) {
            assertThat(billing.ether().orElseThrow().settledBlock())
                    .as("nothing was read")
                    .isEmpty();
            var ether = look(billing);
            assertThat(ether.settledBlock()).hasValue(ether.state().next() - 1);
            wire.plan = (_, _) -> Fault.CUT;
            var state = look(billing).state();
            assertThat(ether.settledBlock()).as("the last look failed").isEmpty();
            assertThat(state.fault()).isEqualTo(Code.NO_ANSWER);
            assertThat(state.problem()).doesNotContain("secret").doesNotContain("127.0.0.1");
            wire.plan = (body, _) -> body.contains("eth_getBlockByNumber") ? Fault.NULL : Fault.NONE;
            assertThat(look(billing).state().fault()).isEqualTo(Code.BEHIND);
            wire.plan = (_, _) -> Fault.NONE;
            wire.answers = answer -> answer.replace("\"0x7a69\"", "\"0x1\"");
            state = look(billing).state();
            assertThat(state.fault()).isEqualTo(Code.WRONG_CHAIN);
            assertThat(state.halted()).isTrue();
            assertThat(billing.balance(ada)).isEqualTo(credits(1));
        }
        assertThatThrownBy(() -> new Billing(database.jdbi(), clock, () -> {}, () -> true, settings(wire.address(), 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nodeThatHasBegunAnew_halts() throws Exception {
        topUp(CREDIT);
        mine(20);
        try (var billing = billing(wire.address())) {
            look(billing);
            node.ask("anvil_reset");
            deployed = node.deploy(
                    List.of(node.web3j().ethAccounts().send().getAccounts().get(9)), 1, 50, 100, CREDIT);
            mine(40);
            var state = look(billing).state();
            assertThat(state.halted()).as("%s", state).isTrue();
            assertThat(billing.balance(ada)).isEqualTo(credits(1));
        }
    }

    @Test
    void exit_onTheChain_isFollowed() throws Exception {
        try (var billing = billing(wire.address())) {
            topUp(CREDIT);
            mine(CONFIRMATIONS);
            look(billing);
            var label = new Label(ada).bytes();
            pool.requestExit(label, CREDIT.shiftRight(1)).send();
            mine(CONFIRMATIONS);
            look(billing);
            assertThat(billing.balance(ada)).isEqualTo(credits(1).shiftRight(1));
            pool.cancelExit(label).send();
            mine(CONFIRMATIONS);
            look(billing);
            assertThat(billing.balance(ada)).isEqualTo(credits(1));
            pool.requestExit(label, CREDIT).send();
            node.pass(101);
            pool.exit(billing.ether().orElseThrow().purses().of(ada).getFirst().owner(), label)
                    .send();
            mine(CONFIRMATIONS);
            var ether = look(billing);
            assertThat(billing.balance(ada)).isZero();
            assertThat(billing.ledger().amount(Account.chain())).isZero();
            assertThat(ether.arrears()).isEmpty();
            assertThat(ether.events().of(ether.purses().of(ada).getFirst().account()))
                    .extracting(PoolEvent::kind)
                    .containsExactly(
                            PoolEvent.Kind.DEPOSITED,
                            PoolEvent.Kind.EXIT_REQUESTED,
                            PoolEvent.Kind.EXIT_CANCELLED,
                            PoolEvent.Kind.EXIT_REQUESTED,
                            PoolEvent.Kind.EXITED);
        }
    }
}
