package org.decentralizedai.server;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.pool.DevChain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.protocol.Web3j;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.protocol.http.HttpService;

/** A development chain really starts, is kept, and is not left behind. */
class DevelopmentPoolIT {
    private static final Path ANVIL = DevChain.anvil(Path.of("../ads-and-billing"));

    @TempDir
    Path data;

    private DevelopmentPool start() {
        return DevelopmentPool.start(ANVIL, data);
    }

    private static Settings in(DevelopmentPool pool) {
        return pool.in(Settings.defaults());
    }

    private static Web3j node(Settings settings) {
        return Web3j.build(new HttpService(requireNonNull(chain(settings).rpc()).toString()));
    }

    private static Chain chain(Settings settings) {
        return requireNonNull(settings.ether().chain());
    }

    @Test
    void restart_goesOnWithTheSameChain() throws Exception {
        Settings before;
        long head;
        try (var pool = start()) {
            before = in(pool);
            assertThat(chain(before).id()).isEqualTo(Chain.DEVELOPMENT);
            assertThat(before.signIn().chains()).extracting(Chain::id).containsExactly(1L, Chain.DEVELOPMENT);
            var node = node(before);
            // blocks come without transactions, or nothing would ever be confirmed
            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> node.ethBlockNumber().send().getBlockNumber().longValueExact()
                            >= before.ether().fromBlock() + before.ether().confirmations());
            head = node.ethBlockNumber().send().getBlockNumber().longValueExact();
        }
        try (var pool = start()) {
            var after = in(pool);
            assertThat(after.ether()).isEqualTo(before.ether());
            var node = node(after);
            assertThat(node.ethBlockNumber().send().getBlockNumber().longValueExact())
                    .isGreaterThanOrEqualTo(head);
            assertThat(node.ethGetCode(after.ether().contract(), DefaultBlockParameterName.LATEST)
                            .send()
                            .getCode())
                    .hasSizeGreaterThan(2000);
        }
    }

    @Test
    void nodeLeftBehindByAKilledServer_isEndedFirst() throws Exception {
        var killed = start();
        var contract = in(killed).ether().contract();
        long node = Long.parseLong(Files.readString(data.resolve("dev-chain/process")));
        try (var pool = start()) {
            assertThat(in(pool).ether().contract()).isEqualTo(contract);
            assertThat(ProcessHandle.of(node)).isEmpty();
        } finally {
            killed.close();
        }
    }

    @Test
    void signersKeys_areTheOwnersOnly() throws Exception {
        try (var pool = start()) {
            var file = in(pool).ether().signerKeys();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }
}
