package org.decentralizedai.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.server.edge.LocalAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.protocol.core.DefaultBlockParameter;
import org.web3j.utils.Numeric;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@code --dev-chain}: a chain of this server's own with a pool on it, to try out payments with ether that is worth nothing. Kept in
 * the data folder, so that a restart goes on with it.
 *
 * <pre>
 * dev-chain/state.json     the chain, written each second
 * dev-chain/pool.json      port of the node, address of the pool, its block
 * dev-chain/signer-keys    private keys of the pool's signers, readable by the owner only
 * dev-chain/process        id of the node's process, to end it when a killed server has left it behind
 * </pre>
 */
final class DevelopmentPool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DevelopmentPool.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int CONFIRMATIONS = 3;
    private static final long DELAY_SECONDS = 60, EPOCH_SECONDS = 60;
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);
    private static final int QUIET_SECONDS = 30; // a block at least so often, so that delays end

    /** Of {@code pool.json}. */
    record Kept(int port, String contract, long block) {}

    private final DevChain chain;
    private final Kept kept;
    private final Path keys;
    private final ScheduledExecutorService miner = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("dev-chain").factory());
    private long mined; // seconds ago that the last block came, at most

    private DevelopmentPool(DevChain chain, Kept kept, Path keys) {
        this.chain = chain;
        this.kept = kept;
        this.keys = keys;
        miner.scheduleWithFixedDelay(this::mine, 1, 1, TimeUnit.SECONDS);
    }

    /** @throws IllegalArgumentException when others than this machine could come */
    static void check(Settings settings) {
        if (settings.publicUrl() != null)
            throw new IllegalArgumentException(
                    "--dev-chain can't be used with a public URL: its ether is worth nothing, and its keys are known to everybody");
        if (!settings.host().equals("localhost") && !LocalAddress.is(settings.host()))
            throw new IllegalArgumentException(
                    "--dev-chain works on this machine only: leave out --host, or use --host 127.0.0.1");
        if (settings.ether().chain() != null)
            throw new IllegalArgumentException("--dev-chain can't be used when the settings name a chain (ether)");
    }

    /** @param anvil the node's program */
    static DevelopmentPool start(Path anvil, Path data) {
        try {
            var folder = Files.createDirectories(data.resolve("dev-chain"));
            Path file = folder.resolve("pool.json"), keys = folder.resolve("signer-keys");
            boolean again = Files.exists(file);
            endLeftBehind(folder.resolve("process"));
            int port =
                    again ? JSON.readValue(Files.readString(file), Kept.class).port() : freePort();
            var chain = DevChain.start(anvil, port, folder.resolve("state.json"));
            try {
                Files.writeString(folder.resolve("process"), String.valueOf(chain.pid()));
                var kept = again ? JSON.readValue(Files.readString(file), Kept.class) : deployed(chain, port, keys);
                if (!again) Files.writeString(file, JSON.writeValueAsString(kept));
                return new DevelopmentPool(chain, kept, keys);
            } catch (IOException | RuntimeException e) {
                chain.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the development chain can't be started", e);
        }
    }

    private static void endLeftBehind(Path file) throws IOException {
        if (!Files.exists(file)) return;
        ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                .filter(process ->
                        process.info().commandLine().orElse("").contains("anvil")) // or the id is another's by now
                .ifPresent(process -> {
                    var children = process.descendants().toList();
                    children.forEach(ProcessHandle::destroy);
                    process.destroy();
                    Stream.concat(children.stream(), Stream.of(process))
                            .forEach(ended -> ended.onExit().join());
                });
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress("127.0.0.1", 0));
            return socket.getLocalPort();
        }
    }

    private static Kept deployed(DevChain chain, int port, Path keys) throws IOException {
        var signer = newSigner(keys);
        chain.fund(signer.getAddress(), ETHER.multiply(BigInteger.valueOf(1000))); // it pays the operator's gas
        var pool = chain.deploy(List.of(signer.getAddress()), 1, DELAY_SECONDS, EPOCH_SECONDS, ETHER);
        return new Kept(port, pool.contract(), pool.block());
    }

    private static Credentials newSigner(Path keys) throws IOException {
        try {
            var signer = Credentials.create(Keys.createEcKeyPair());
            Files.deleteIfExists(keys);
            Files.createFile(keys, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(keys, line(signer.getEcKeyPair().getPrivateKey()));
            return signer;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java can't make a key of Ethereum", e);
        }
    }

    /** All 64 digits: one key in sixteen begins with a zero. */
    static String line(BigInteger key) {
        return Numeric.toHexStringNoPrefixZeroPadded(key, 64) + "\n";
    }

    /** The settings with this chain in them. */
    Settings in(Settings settings) {
        var chains = new TreeMap<Long, Chain>();
        settings.signIn().chains().forEach(known -> chains.put(known.id(), known));
        var own = new Chain(Chain.DEVELOPMENT, "Development chain", chain.address());
        chains.put(own.id(), own);
        return SettingsFile.with(
                settings,
                Map.of(
                        "signIn", Map.of("chains", chains.values()),
                        "ether",
                                Map.of(
                                        "chain",
                                        own,
                                        "contract",
                                        kept.contract(),
                                        "fromBlock",
                                        kept.block(),
                                        "confirmations",
                                        CONFIRMATIONS,
                                        "pollSeconds",
                                        1,
                                        "signerKeys",
                                        keys.toString())));
    }

    /** Blocks come while a transaction waits for its confirmations, and now and then else. */
    private void mine() {
        try {
            mined++;
            long head = chain.web3j().ethBlockNumber().send().getBlockNumber().longValueExact();
            if (mined < QUIET_SECONDS && !waits(head)) return;
            chain.ask("evm_mine");
            mined = 0;
        } catch (IOException | RuntimeException e) {
            LOG.warn("the development chain does not answer: {}", e.getMessage());
        }
    }

    private boolean waits(long head) throws IOException {
        for (long block = Math.max(1, head - CONFIRMATIONS); block <= head; block++) {
            var number = DefaultBlockParameter.valueOf(BigInteger.valueOf(block));
            var seen = chain.web3j().ethGetBlockByNumber(number, false).send().getBlock();
            if (seen != null && !seen.getTransactions().isEmpty()) return true;
        }
        return false;
    }

    @Override
    public void close() {
        miner.close();
        chain.close();
    }
}
