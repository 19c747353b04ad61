package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.payout.PayoutEpoch.State;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.decentralizedai.billing.pool.DevChain;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.utils.Numeric;

/** The clerk with the real contract on a chain of its own. Each turn is a new clerk's, as after a restart. Two of three signers make a quorum. */
final class ClerkIT {
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);
    private static final long DELAY = 3600, EPOCH = 7200, CHAIN = 31_337;
    private static final BigInteger CAP = BigInteger.valueOf(5000);
    private static final String LABEL = Numeric.toHexString(Arrays.copyOf("acct_x".getBytes(US_ASCII), 32));

    private final MutableClock clock = new MutableClock();
    private final List<Credentials> signers = new ArrayList<>();
    private final Map<String, Long> trained = new TreeMap<>();
    private final List<Owing.Owed> owed = new ArrayList<>();
    private TestDatabase database;
    private JdbcLedger ledger;
    private EpochStore epochs;
    private DevChain chain;
    private String contract;
    private ComputePool pool;
    private String customer;
    private PayoutAddress provider;
    private int confirmations;
    private long seen;

    @BeforeEach
    void start() throws Exception {
        database = TestDatabase.inMemory();
        ledger = new JdbcLedger(database.jdbi(), clock);
        epochs = new EpochStore(database.jdbi());
        chain = DevChain.start(DevChain.anvil(Path.of("")));
        for (int i = 0; i < 3; i++) signers.add(Credentials.create(Keys.createEcKeyPair()));
        signers.sort(Comparator.comparing(Credentials::getAddress));
        for (var signer : signers) chain.fund(signer.getAddress(), ETHER);
        contract = chain.deploy(signers.stream().map(Credentials::getAddress).toList(), 2, DELAY, EPOCH, CAP)
                .contract();
        pool = ComputePool.load(contract, chain.web3j(), chain.unlocked(1), DevChain.GAS);
        customer = chain.web3j().ethAccounts().send().getAccounts().get(1);
        provider = new PayoutAddress(Credentials.create(Keys.createEcKeyPair()).getAddress());
        pool.topUp(customer, Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(100_000))
                .send();
        trained.put("k", 5L);
    }

    @AfterEach
    void stop() {
        chain.close();
        database.close();
    }

    private EpochClerk clerk(int... keys) {
        var with = SignerKeys.of(Arrays.stream(keys).mapToObj(signers::get).toList());
        var node = new PoolNode(chain.address(), CHAIN, contract, 0, confirmations, with, 20);
        var terms = new EpochClosing.Terms(CHAIN, contract.toLowerCase(), 10, "");
        return new EpochClerk(
                new EpochClerk.Parts(
                        epochs,
                        new SpendingStore(database.jdbi(), clock),
                        new Signatures(database.jdbi()),
                        new EpochClosing(ledger, terms, work, clock),
                        owing,
                        node,
                        new PoolMessages(CHAIN, contract),
                        with,
                        clock,
                        () -> {},
                        () -> true),
                Duration.ofHours(1));
    }

    private String closeNow() {
        try (var clerk = clerk(0, 2)) {
            return clerk.closeNow();
        }
    }

    private final WorkDone work = new WorkDone() {
        @Override
        public Weights weights(Handle transaction) {
            var weights = new TreeMap<String, BigInteger>();
            trained.forEach((key, weight) -> weights.put(key, BigInteger.valueOf(weight)));
            return new Weights(new EpochInputs.Served(1, "c".repeat(64)), weights, new TreeMap<>());
        }

        @Override
        public Map<String, String> addresses(Handle transaction) {
            return Map.of("k", provider.text());
        }
    };

    private final Owing owing = new Owing() {
        @Override
        public List<Owed> owed() {
            return owed;
        }

        @Override
        public long seenBlock() {
            return seen;
        }
    };

    /** Books the contract's new events of spending, as the watcher does. */
    private void watch() throws Exception {
        seen = chain.web3j().ethBlockNumber().send().getBlockNumber().longValueExact();
        var filter = new org.web3j.protocol.core.methods.request.EthFilter(
                DefaultBlockParameterName.EARLIEST, DefaultBlockParameterName.LATEST, contract);
        filter.addSingleTopic(org.web3j.abi.EventEncoder.encode(ComputePool.SPENT_EVENT));
        for (var each : chain.web3j().ethGetLogs(filter).send().getLogs()) {
            var log = (org.web3j.protocol.core.methods.response.Log) each.get();
            var wei = ComputePool.getSpentEventFromLog(log).amount;
            ledger.post(new Posting(
                    "ether/" + CHAIN + "/" + log.getTransactionHash().substring(2) + "/"
                            + log.getBlockHash().substring(2, 18) + "/" + log.getLogIndex(),
                    Posting.Kind.INCOME,
                    null,
                    "spent",
                    List.of(new Entry(Account.chain(), wei.negate()), new Entry(Account.income(), wei))));
        }
    }

    private void owes(long wei, @Nullable String voucher, boolean leaving) {
        owed.clear();
        owed.add(new Owing.Owed(new Spent(customer, LABEL, BigInteger.valueOf(wei)), voucher, leaving));
    }

    private PayoutEpoch newest() {
        return epochs.newest().orElseThrow();
    }

    private BigInteger has(String address) throws Exception {
        return chain.web3j()
                .ethGetBalance(address, DefaultBlockParameterName.LATEST)
                .send()
                .getBalance();
    }

    private void claim(long epoch) throws Exception {
        var leaves = EpochData.read(epochs.data(epoch).orElseThrow()).computed().leaves();
        var proof = MerkleTree.of(leaves).proof(provider.text()).stream()
                .map(Numeric::hexStringToByteArray)
                .toList();
        pool.claim(BigInteger.valueOf(epoch), provider.text(), leaves.get(provider.text()), proof)
                .send();
    }

    /** From what a customer without a voucher owes to what a volunteer can spend; then the same with a voucher. */
    private void firstEpoch() throws Exception {
        owes(3000, null, false);
        assertThat(closeNow()).isEqualTo("spending 1 is proposed");
        assertThat(closeNow()).startsWith("spending 1 waits until ");
        chain.pass(DELAY);
        assertThat(closeNow()).startsWith("what was spent counts as soon as block "); // applied, not seen yet
        watch();
        assertThat(closeNow()).isEqualTo("epoch 1 is proposed");
        assertThat(newest().state()).isEqualTo(State.PROPOSED);
        assertThat(closeNow()).startsWith("epoch 1 waits until ");
        chain.pass(DELAY);
        assertThat(closeNow()).isEqualTo("epoch 1 is final as soon as its block is confirmed");
        owed.clear();
        assertThat(closeNow()).isEqualTo("there is nothing to share out");
        assertThat(newest().state()).isEqualTo(State.FINAL);
    }

    @Test
    void wholeLife_everyWeiThatWasSpentIsClaimed() throws Exception {
        firstEpoch();
        claim(1);
        assertThat(has(provider.text())).isEqualTo(3000);

        var delegate = Credentials.create(Keys.createEcKeyPair());
        var owner = Credentials.create(Keys.createEcKeyPair());
        customer = owner.getAddress();
        pool.topUp(customer, Numeric.hexStringToByteArray(LABEL), BigInteger.valueOf(9000))
                .send();
        byte[] account =
                pool.accountOf(customer, Numeric.hexStringToByteArray(LABEL)).send();
        byte[] delegation = typed(
                "Delegation(bytes32 account,address delegate,uint256 nonce)",
                account,
                Numeric.toBytesPadded(Numeric.toBigInt(delegate.getAddress()), 32),
                new byte[32]);
        pool.authorise(
                        customer,
                        Numeric.hexStringToByteArray(LABEL),
                        delegate.getAddress(),
                        Numeric.hexStringToByteArray(PoolMessages.sign(delegation, owner)))
                .send();
        byte[] voucher = typed(
                "Voucher(bytes32 account,uint256 spent)", account, Numeric.toBytesPadded(BigInteger.valueOf(7000), 32));
        owes(7000, PoolMessages.sign(voucher, delegate), false);
        assertThat(closeNow()).startsWith("what was spent counts as soon as block ");
        watch();
        assertThat(closeNow()).isEqualTo("epoch 2 is proposed");
        assertThat(newest().total()).isEqualTo(10_000);
        chain.pass(DELAY);
        closeNow();
        claim(2);
        assertThat(has(provider.text())).isEqualTo(10_000);
        assertThat(has(contract)).isEqualTo(100_000 + 9000 - 10_000);
        for (long epoch : List.of(1L, 2L)) check(epoch);
    }

    private byte[] typed(String type, byte[]... words) throws Exception {
        var domain = pool.eip712Domain().send();
        byte[] separator = hash(
                hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                        .getBytes(UTF_8)),
                hash(domain.component2().getBytes(UTF_8)),
                hash(domain.component3().getBytes(UTF_8)),
                Numeric.toBytesPadded(domain.component4(), 32),
                Numeric.toBytesPadded(Numeric.toBigInt(domain.component5()), 32));
        var message = new ArrayList<byte[]>();
        message.add(hash(type.getBytes(UTF_8)));
        message.addAll(List.of(words));
        return hash(new byte[] {0x19, 1}, separator, hash(message.toArray(byte[][]::new)));
    }

    private static byte[] hash(byte[]... parts) {
        var all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return org.web3j.crypto.Hash.sha3(all.toByteArray());
    }

    /** As anybody can: by the published data and the chain; and nothing that is changed passes. */
    private void check(long epoch) {
        byte[] data = epochs.data(epoch).orElseThrow();
        byte[] previous = epochs.data(epoch - 1).orElse(null);
        assertThat(EpochCheck.difference(data, previous)).isEmpty();
        try (var check = new ChainCheck(chain.address(), 0)) {
            assertThat(check.difference(data)).isEmpty();
            String text = new String(data, UTF_8);
            Map.of(
                            "\"closedAtMillis\":", "the hash of the data is ",
                            "\"wei\":\"", "the event ether/31337/",
                            "\"posting\":\"ether/31337/", "no block has transaction 0x",
                            "\"total\":\"", "the total: ",
                            "\"root\":\"0x", "the root: ",
                            "\"chain\":", "the node is of chain 31337")
                    .forEach((field, said) -> assertThat(check.difference(changed(text, field)))
                            .as(field)
                            .hasValueSatisfying(sentence -> assertThat(sentence).startsWith(said)));
        }
    }

    /** The first digit after the field is another one, and larger where it can be. */
    private static byte[] changed(String text, String field) {
        int at = text.indexOf(field) + field.length();
        return (text.substring(0, at) + (text.charAt(at) == '9' ? '8' : '9') + text.substring(at + 1)).getBytes(UTF_8);
    }

    @Test
    void thresholdTwo_oneKeyHere_waitsForTheOthersSignature() throws Exception {
        ledger.post(new Posting(
                "a",
                Posting.Kind.INCOME,
                null,
                "",
                List.of(
                        new Entry(Account.chain(), BigInteger.ONE.negate()),
                        new Entry(Account.income(), BigInteger.ONE))));
        provider = new PayoutAddress(provider.text());
        trained.put("k", 0L);
        trained.put("l", 1L); // without an address: the total is 0, which nothing spent covers
        try (var clerk = clerk(1)) {
            assertThat(clerk.closeNow()).isEqualTo("epoch 1 waits for signatures");
            var toSign = clerk.toSign(newest());
            assertThat(toSign.signed()).containsExactly(signers.get(1).getAddress());
            byte[] digest = Numeric.hexStringToByteArray(toSign.digest());
            assertThat(clerk.sign(toSign, PoolMessages.sign(digest, Credentials.create(Keys.createEcKeyPair()))))
                    .isFalse();
            assertThat(clerk.sign(toSign, PoolMessages.sign(new byte[32], signers.get(0))))
                    .isFalse();
            assertThat(clerk.sign(toSign, "0x12")).isFalse();
            assertThat(clerk.turn()).isEqualTo("epoch 1 waits for signatures");
            assertThat(clerk.sign(toSign, PoolMessages.sign(digest, signers.get(0))))
                    .isTrue();
            assertThat(clerk.turn()).isEqualTo("epoch 1 is proposed");
        }
    }

    @Test
    void nodeAway_isSaid_andTriedAgain() throws Exception {
        owes(3000, null, false);
        var address = chain.address();
        chain.close();
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow())
                    .isEqualTo("the chain gave no answer to the contract's state: ConnectException");
            assertThat(clerk.problem()).isPresent().get().asString().doesNotContain(address.toString());
        }
    }

    @Test
    void othersMadeAnotherRootFinal_isSaid_andNothingIsClosed() throws Exception {
        firstEpoch();
        database.jdbi()
                .useHandle(handle ->
                        handle.execute("update payout_epoch set state = 'PROPOSED', root = ?", "0x" + "1".repeat(64)));
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.closeNow()).startsWith("the contract has made another root final for epoch 1");
            assertThat(clerk.problem()).isPresent();
        }
        assertThat(epochs.newest(9)).hasSize(1);
    }

    @Test
    void finalBlockIsDropped_itIsMadeFinalAgain() throws Exception {
        confirmations = 3;
        owes(3000, null, false);
        closeNow();
        chain.pass(DELAY);
        closeNow();
        watch();
        assertThat(closeNow()).isEqualTo("epoch 1 is proposed");
        chain.pass(DELAY);
        chain.ask("anvil_mine", 5);
        closeNow();
        assertThat(pool.epoch().send()).isEqualTo(1);
        assertThat(closeNow()).isEqualTo("epoch 1 is final as soon as its block is confirmed");
        chain.ask("anvil_reorg", 1, List.of());
        assertThat(pool.epoch().send()).isEqualTo(0);
        assertThat(newest().state()).isEqualTo(State.PROPOSED);
        assertThat(closeNow()).isEqualTo("epoch 1 is final as soon as its block is confirmed");
        chain.ask("anvil_mine", 5);
        owed.clear();
        closeNow();
        assertThat(newest().state()).isEqualTo(State.FINAL);
    }

    @Test
    void schedule_anEpochIsDueAfterAWholePeriod() throws Exception {
        try (var clerk = clerk(0, 2)) {
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet"); // there was no income yet
            owes(3000, null, false);
            closeNow();
            chain.pass(DELAY);
            closeNow();
            watch();
            assertThat(clerk.turn()).isEqualTo("the next epoch is not due yet");
            clock.advance(Duration.ofHours(1));
            assertThat(clerk.turn()).isEqualTo("epoch 1 is proposed");
        }
    }
}
