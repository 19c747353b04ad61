package org.decentralizedai.browser;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.pool.EtherSettings;
import org.decentralizedai.server.Server;
import org.decentralizedai.server.Settings;
import org.decentralizedai.server.account.SignInSettings;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.tx.ReadonlyTransactionManager;
import org.web3j.tx.gas.DefaultGasProvider;
import org.web3j.utils.Numeric;

/** A real server with a chain of its own, on which blocks come each second and delays are short. */
final class MoneyServer implements AutoCloseable {
    static final int CONFIRMATIONS = 2;
    static final long DELAY_SECONDS = 5;
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);

    final DevChain chain;
    /** Between the server and the chain's node. */
    final NodeWire wire;

    final Server server;
    final ComputePool contract;

    /** With a model that has learnt nothing. */
    static MoneyServer untrained(Path folder) throws Exception {
        return new MoneyServer(folder, SiteIT.settings(folder, corpus(folder)));
    }

    /** @param settings to which a chain is added; every accepted task's credit is released at once */
    MoneyServer(Path folder, Settings settings) throws Exception {
        chain = DevChain.start(DevChain.anvil(Path.of("../ads-and-billing")));
        wire = new NodeWire(chain.address());
        var signer = Credentials.create(Keys.createEcKeyPair());
        chain.fund(signer.getAddress(), ETHER.multiply(BigInteger.valueOf(1000)));
        var pool = chain.deploy(List.of(signer.getAddress()), 1, DELAY_SECONDS, DELAY_SECONDS, ETHER);
        chain.ask("evm_setIntervalMining", 1);
        contract = ComputePool.load(
                pool.contract(),
                chain.web3j(),
                new ReadonlyTransactionManager(chain.web3j(), pool.contract()),
                new DefaultGasProvider());
        var keys = folder.resolve("signer-keys");
        Files.writeString(
                keys,
                Numeric.toHexStringNoPrefixZeroPadded(signer.getEcKeyPair().getPrivateKey(), 64) + "\n");
        server = new Server(with(settings, pool, keys));
    }

    private Settings with(Settings s, DevChain.Deployed pool, Path keys) {
        var own = new Chain(Chain.DEVELOPMENT, "Development chain", wire.address());
        var e = s.ether();
        var l = s.limits();
        return new Settings(
                s.host(),
                s.port(),
                s.data(),
                s.model(),
                s.corpus(),
                s.corpusHash(),
                s.publicUrl(),
                s.tlsCertificate(),
                s.tlsKey(),
                s.trustedProxies(),
                s.database(),
                s.recipe(),
                s.promoteEvery(),
                s.retention(),
                s.auditors(),
                s.replicas(),
                s.heldOutShare(),
                s.heldOutTail(),
                new Settings.Limits(
                        l.sockets(),
                        l.socketsPerAddress(),
                        l.messagesPerSecond(),
                        l.uploadMebibytes(),
                        l.heartbeatSeconds(),
                        l.graceSeconds(),
                        0),
                s.chat(),
                s.billing(),
                new SignInSettings(List.of(own), s.signIn().triesPerMinute()),
                new EtherSettings(
                        own,
                        pool.contract(),
                        pool.block(),
                        CONFIRMATIONS,
                        1,
                        e.weiPerMicroCredit(),
                        e.epochHours(),
                        e.royaltyPercent(),
                        e.minimumPayoutWei(),
                        keys),
                s.ads());
    }

    private static Path corpus(Path folder) throws IOException {
        return Files.write(
                folder.resolve("corpus.txt"),
                IntStream.range(0, 5000)
                        .mapToObj(day -> "Day " + day + ". The sea was calm, and the men sang.\n")
                        .toList());
    }

    String site() {
        return "http://localhost:" + server.port();
    }

    BigInteger wei(String address) throws IOException {
        return chain.web3j()
                .ethGetBalance(address, DefaultBlockParameterName.LATEST)
                .send()
                .getBalance();
    }

    @Override
    public void close() {
        server.close();
        wire.close();
        chain.close();
    }
}
