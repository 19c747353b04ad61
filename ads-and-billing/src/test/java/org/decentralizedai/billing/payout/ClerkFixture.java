package org.decentralizedai.billing.payout;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger;
import org.decentralizedai.billing.ledger.Posting;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.voucher.TypedData;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.web3j.abi.EventEncoder;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.core.methods.request.EthFilter;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.utils.Numeric;

/** The real contract on a chain of its own, books, and a watcher as simple as can be. Two of three signers make a quorum. */
abstract class ClerkFixture {
    static final BigInteger ETHER = BigInteger.TEN.pow(18);
    static final long DELAY = 3600, EPOCH = 7200, CHAIN = 31_337;
    static final BigInteger CAP = BigInteger.valueOf(5000);
    static final String LABEL = Numeric.toHexString(Arrays.copyOf("acct_x".getBytes(US_ASCII), 32));

    final MutableClock clock = new MutableClock();
    final List<Credentials> signers = new ArrayList<>();
    final Map<String, Long> trained = new TreeMap<>();
    final List<Owing.Owed> owed = new ArrayList<>();
    TestDatabase database;
    JdbcLedger ledger;
    EpochStore epochs;
    DevChain chain;
    String contract;
    ComputePool pool;
    String customer;
    PayoutAddress provider;
    int confirmations;
    BigInteger minimum = BigInteger.ZERO;
    long seen;
    boolean settled = true;
    int overtaken; // so many answers yet are of the block before

    @BeforeEach
    void startChain() throws Exception {
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
    void stopChain() {
        chain.close();
        database.close();
    }

    EpochClerk clerk(int... keys) {
        var with = SignerKeys.of(Arrays.stream(keys).mapToObj(signers::get).toList());
        var node = new PoolNode(chain.address(), CHAIN, contract, 0, confirmations, with, 20, () -> true);
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
                        () -> true,
                        minimum),
                Duration.ofHours(1));
    }

    String closeNow() {
        try (var clerk = clerk(0, 2)) {
            return clerk.closeNow();
        }
    }

    final WorkDone work = new WorkDone() {
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

    final Owing owing = new Owing() {
        @Override
        public List<Owed> owed() {
            return owed;
        }

        @Override
        public long seenBlock() {
            return seen;
        }

        @Override
        public OptionalLong settledBlock() {
            if (!settled) return OptionalLong.empty();
            return OptionalLong.of(overtaken-- > 0 ? seen - 1 : seen);
        }
    };

    /** Books the contract's new events of spending, as the watcher does. */
    void watch() throws Exception {
        seen = chain.web3j().ethBlockNumber().send().getBlockNumber().longValueExact();
        database.jdbi().useHandle(handle -> {
            if (handle.execute("update pool_watch set next_block = ?", seen + 1) == 0)
                handle.execute("insert into pool_watch values (1, ?, ?, 1, ?)", CHAIN, contract, seen + 1);
        });
        var filter = new EthFilter(DefaultBlockParameterName.EARLIEST, DefaultBlockParameterName.LATEST, contract);
        filter.addSingleTopic(EventEncoder.encode(ComputePool.SPENT_EVENT));
        for (var each : chain.web3j().ethGetLogs(filter).send().getLogs()) {
            var log = (Log) each.get();
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

    void owes(long wei, Owing.@Nullable Voucher voucher, boolean leaving) {
        owed.clear();
        owed.add(new Owing.Owed(new Spent(customer, LABEL, BigInteger.valueOf(wei)), voucher, leaving));
    }

    /** By two signers of three. */
    void propose(long epoch, String root, long total, String dataUri) throws Exception {
        byte[] digest = new PoolMessages(CHAIN, contract).root(epoch, root, BigInteger.valueOf(total), dataUri);
        pool.proposeRoot(
                        BigInteger.valueOf(epoch),
                        Numeric.hexStringToByteArray(root),
                        BigInteger.valueOf(total),
                        dataUri,
                        signers.stream()
                                .limit(2)
                                .map(each -> Numeric.hexStringToByteArray(PoolMessages.sign(digest, each)))
                                .toList())
                .send();
    }

    PayoutEpoch newest() {
        return epochs.newest().orElseThrow();
    }

    BigInteger has(String address) throws Exception {
        return chain.web3j()
                .ethGetBalance(address, DefaultBlockParameterName.LATEST)
                .send()
                .getBalance();
    }

    void claim(long epoch) throws Exception {
        var leaves = EpochData.read(epochs.data(epoch).orElseThrow()).computed().leaves();
        var proof = MerkleTree.of(leaves).proof(provider.text()).stream()
                .map(Numeric::hexStringToByteArray)
                .toList();
        pool.claim(BigInteger.valueOf(epoch), provider.text(), leaves.get(provider.text()), proof)
                .send();
    }

    /** Of the delegate, with the owner's word for him. */
    Owing.Voucher voucher(long wei, Credentials owner, Credentials delegate) {
        var typed = new TypedData(CHAIN, contract);
        String account = new Spent(owner.getAddress(), LABEL, BigInteger.ZERO).account();
        byte[] delegation = typed.delegation(account, delegate.getAddress(), 0);
        return new Owing.Voucher(
                PoolMessages.sign(typed.voucher(account, BigInteger.valueOf(wei)), delegate),
                new Owing.Delegation(delegate.getAddress(), PoolMessages.sign(delegation, owner)));
    }
}
