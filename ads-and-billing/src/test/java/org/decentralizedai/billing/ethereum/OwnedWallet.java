package org.decentralizedai.billing.ethereum;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import org.decentralizedai.billing.pool.DevChain;
import org.web3j.tx.response.PollingTransactionReceiptProcessor;

/** A smart wallet on a development chain: {@code contracts/test/OwnedWallet.sol}. */
public final class OwnedWallet {
    private static final Path SOURCE = Path.of("contracts/test/OwnedWallet.sol"),
            COMPILER = Path.of("target/contracts");
    private static final int PAUSE_MILLIS = 50, ATTEMPTS = 400;

    private OwnedWallet() {}

    /** Its address, once the chain has it. @param owner whose signatures it accepts */
    public static String deploy(DevChain chain, String owner) throws Exception {
        String code = "0x" + compiled() + "0".repeat(24) + owner.substring(2);
        var sent = chain.unlocked(0)
                .sendTransaction(DevChain.GAS.getGasPrice(), DevChain.GAS.getGasLimit(), null, code, BigInteger.ZERO);
        return new PollingTransactionReceiptProcessor(chain.web3j(), PAUSE_MILLIS, ATTEMPTS)
                .waitForTransactionReceipt(sent.getTransactionHash())
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
}
