package org.decentralizedai.billing.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.decentralizedai.billing.contract.ComputePool;
import org.jspecify.annotations.Nullable;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.Request;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.http.HttpService;
import org.web3j.tx.ClientTransactionManager;
import org.web3j.tx.TransactionManager;
import org.web3j.tx.gas.StaticGasProvider;
import org.web3j.utils.Numeric;

/**
 * A chain for development and tests: a node (anvil) on this machine's loopback that mines a block for each transaction. Its ether is
 * worth nothing, and everybody knows the keys of its accounts. Ends with {@link #close}.
 */
public final class DevChain implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("Listening on (127\\.0\\.0\\.1:\\d+)");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int ATTEMPTS = 100, PAUSE_MILLIS = 50;

    /** More than any transaction of the contract takes, and a price that the node accepts. */
    public static final StaticGasProvider GAS =
            new StaticGasProvider(BigInteger.valueOf(20_000_000_000L), BigInteger.valueOf(15_000_000));

    private final Process anvil;
    private final URI address;
    private final HttpService service;
    private final Web3j web3j;

    /** Where a contract is, and the block that it came with. */
    public record Deployed(String contract, long block) {}

    /** Any JSON. */
    private static final class Answer extends Response<Object> {}

    private DevChain(Process anvil, URI address) {
        this.anvil = anvil;
        this.address = address;
        service = new HttpService(address.toString());
        web3j = Web3j.build(service);
    }

    /** Where the build of a checkout puts the node. @param module the folder {@code ads-and-billing} */
    public static Path anvil(Path module) {
        return module.resolve("target/contracts/node_modules/.bin/anvil");
    }

    /** A chain that is forgotten, at a free port. */
    public static DevChain start(Path anvil) throws IOException {
        return start(anvil, 0, null);
    }

    /** @param state file that the chain is kept in, and goes on from; null: it is forgotten */
    public static DevChain start(Path anvil, int port, @Nullable Path state) throws IOException {
        return start(anvil, port, state, PATIENCE);
    }

    /** @param patience how long the node may take to listen; then it is ended */
    static DevChain start(Path anvil, int port, @Nullable Path state, Duration patience) throws IOException {
        var command = new ArrayList<>(List.of(anvil.toString(), "--host", "127.0.0.1", "--port", String.valueOf(port)));
        if (state != null) command.addAll(List.of("--state", state.toString(), "--state-interval", "1"));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var address = new CompletableFuture<URI>();
        Thread.ofVirtual().start(() -> read(process, address));
        try {
            return new DevChain(process, address.get(patience.toMillis(), MILLISECONDS));
        } catch (ExecutionException e) {
            throw new IllegalStateException("anvil did not start", e.getCause());
        } catch (TimeoutException e) {
            end(process);
            throw new IllegalStateException("anvil did not start within " + patience, e);
        } catch (InterruptedException e) {
            end(process);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while anvil started", e);
        }
    }

    /** Finds out where the node listens, and reads on, or its pipe would fill up. */
    private static void read(Process process, CompletableFuture<URI> address) {
        var seen = new StringBuilder();
        process.inputReader(UTF_8).lines().forEach(line -> {
            if (address.isDone()) return;
            seen.append(line).append('\n');
            var listening = LISTENING.matcher(line);
            if (listening.find()) address.complete(URI.create("http://" + listening.group(1)));
        });
        address.completeExceptionally(new IOException("it ended: " + seen));
    }

    public URI address() {
        return address;
    }

    /** Of the process that this one has started; the node may be a child of it. */
    public long pid() {
        return anvil.pid();
    }

    public Web3j web3j() {
        return web3j;
    }

    /** Sends for one of the node's own accounts, which are rich and unlocked. @param account 0..9 */
    public TransactionManager unlocked(int account) throws IOException {
        String from = web3j.ethAccounts().send().getAccounts().get(account);
        return new ClientTransactionManager(web3j, from, ATTEMPTS, PAUSE_MILLIS);
    }

    /** Deploys a pool; times in seconds, the cap in wei. @param signers ascending */
    public Deployed deploy(List<String> signers, int threshold, long delay, long epochLength, BigInteger cap)
            throws IOException {
        try {
            var pool = ComputePool.deploy(
                            web3j,
                            unlocked(0),
                            GAS,
                            signers,
                            BigInteger.valueOf(threshold),
                            BigInteger.valueOf(delay),
                            BigInteger.valueOf(epochLength),
                            cap)
                    .send();
            var receipt = pool.getTransactionReceipt().orElseThrow();
            return new Deployed(
                    pool.getContractAddress(), receipt.getBlockNumber().longValueExact());
        } catch (IOException e) {
            throw e;
        } catch (Exception e) { // RemoteCall names no narrower one
            throw new IllegalStateException("the pool could not be deployed", e);
        }
    }

    /** Sets what an address has. */
    public void fund(String account, BigInteger wei) throws IOException {
        ask("anvil_setBalance", account, Numeric.encodeQuantity(wei));
    }

    /** Mines a block that many seconds after the last. */
    public void pass(long seconds) throws IOException {
        ask("evm_increaseTime", seconds);
        ask("evm_mine");
    }

    /** Any other method of the node; its result as maps, lists, strings. */
    public Object ask(String method, Object... params) throws IOException {
        var answer = new Request<>(method, List.of(params), service, Answer.class).send();
        if (answer.hasError())
            throw new IOException(method + ": " + answer.getError().getMessage());
        return answer.getResult();
    }

    @Override
    public void close() {
        web3j.shutdown();
        end(anvil);
    }

    /** npm starts the node by a process in between, which waits for it and ends with it. Java itself would look for a child's child only now and then. */
    private static void end(Process anvil) {
        var nodes = anvil.descendants().toList();
        if (nodes.isEmpty()) anvil.destroy();
        nodes.forEach(ProcessHandle::destroy);
        anvil.onExit().join(); // it may write its state
    }
}
