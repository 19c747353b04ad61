package org.decentralizedai.billing.ethereum;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import org.decentralizedai.billing.pool.DevChain;

/** An Ethereum node of its own for a test, with smart wallets. */
final class LocalNode implements AutoCloseable {
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
        return OwnedWallet.deploy(chain, owner);
    }

    @Override
    public void close() {
        chain.close();
    }
}
