package org.decentralizedai.billing.ethereum;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Path;
import org.decentralizedai.billing.pool.DevChain;

/** An Ethereum node of its own for a test, with smart wallets. */
final class LocalNode implements AutoCloseable {
    private static final Path SOURCE = Path.of("contracts/test/OwnedWallet.sol"),
            COMPILER = Path.of("target/contracts");

    private final DevChain chain;

    private LocalNode(DevChain chain) {
        this.chain = chain;
    }

    static LocalNode start() throws IOException {
        return new LocalNode(DevChain.start(DevChain.anvil(Path.of(""))));
    }

    URI address() {
        return chain.address();
    }

    /** Deploys the smart wallet of somebody; its address. */
    String walletOf(String owner) throws Exception {
        String code = "0x" + compiled() + "0".repeat(24) + owner.substring(2);
        var sent = chain.unlocked(0)
                .sendTransaction(DevChain.GAS.getGasPrice(), DevChain.GAS.getGasLimit(), null, code, BigInteger.ZERO);
        return chain.web3j()
                .ethGetTransactionReceipt(sent.getTransactionHash())
                .send()
                .getTransactionReceipt()
                .orElseThrow()
                .getContractAddress();
    }

    private static String compiled() throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        "node", "compile.mjs", SOURCE.toAbsolutePath().toString())
                .directory(COMPILER.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (process.waitFor() != 0) throw new IllegalStateException("the wallet did not compile");
        return output;
    }

    @Override
    public void close() {
        chain.close();
    }
}
