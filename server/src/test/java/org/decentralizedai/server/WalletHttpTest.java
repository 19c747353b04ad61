package org.decentralizedai.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.decentralizedai.billing.pool.Label;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Hash;

/** What a wallet is given to send, while the chain's node is away: preparing needs none. */
final class WalletHttpTest {
    private static final String SITE = "https://train.example", CONTRACT = "0x" + "a".repeat(40);
    private static final String OWNER = "0x" + "5".repeat(40);
    /** Fields that no transaction has: they are left alone. */
    private static final Map<String, String> OTHER = Map.of("label", "1".repeat(64));

    @TempDir
    static Path folder;

    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        var chain = Map.of("id", 1, "name", "Ethereum", "rpc", "http://127.0.0.1:1/secret");
        server = new Server(SettingsFile.with(
                TestRun.settings(folder, 2),
                Map.of("publicUrl", SITE, "ether", Map.of("chain", chain, "contract", CONTRACT))));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Visitor visitor() {
        return new Visitor(server.url(), SITE);
    }

    /** As the contract's ABI has it: the function's first four bytes, and each argument in 32. */
    private static String call(String function, String... words) {
        String selector = HexFormat.of().formatHex(Hash.sha3(function.getBytes(UTF_8)), 0, 4);
        return "0x" + selector + String.join("", words);
    }

    private static String word(String digits) {
        return "0".repeat(64 - digits.length()) + digits;
    }

    private static void isPrepared(Visitor visitor, String kind, Map<String, ?> body, String data, String value)
            throws Exception {
        var answer = visitor.done("POST", "/api/wallet/transactions/" + kind, body);
        assertThat(answer.get("chainId").longValue()).isEqualTo(1);
        assertThat(answer.get("to").stringValue()).isEqualTo(CONTRACT);
        assertThat(answer.get("data").stringValue()).as(kind).isEqualTo(data);
        assertThat(answer.get("value").stringValue()).as(kind).isEqualTo(value);
    }

    @Test
    void transactions_ofEachKind_areOfTheAccountsOwnLabel() throws Exception {
        var visitor = visitor();
        String label = new Label(visitor.signIn(new TestSigner(1))).hex().substring(2), owner = word("5".repeat(40));
        isPrepared(
                visitor,
                "top-up",
                Map.of("from", OWNER, "wei", "17"),
                call("topUp(address,bytes32)", owner, label),
                "17");
        isPrepared(visitor, "exit", Map.of("wei", "17"), call("requestExit(bytes32,uint128)", label, word("11")), "0");
        isPrepared(visitor, "cancel-exit", OTHER, call("cancelExit(bytes32)", label), "0");
        isPrepared(visitor, "complete-exit", Map.of("owner", OWNER), call("exit(address,bytes32)", owner, label), "0");
        isPrepared(visitor, "revoke", OTHER, call("revoke(bytes32)", label), "0");
    }

    @Test
    void transactions_signedOut_orOfNoKind_areRefused() throws Exception {
        var visitor = visitor();
        visitor.session();
        assertThat(status(visitor, "revoke")).isEqualTo(401);
        visitor.signIn(new TestSigner(2));
        assertThat(status(visitor, "revoke")).isEqualTo(200);
        assertThat(status(visitor, "authorise")).isEqualTo(404);
        visitor.csrf = "";
        assertThat(status(visitor, "revoke")).isEqualTo(403);
    }

    private static int status(Visitor visitor, String kind) throws Exception {
        return visitor.send("POST", "/api/wallet/transactions/" + kind, OTHER).statusCode();
    }

    @Test
    void following_nodeAway_isSaidWithoutItsAddress() throws Exception {
        var answer = visitor().send("GET", "/api/wallet/transactions/0x" + "1".repeat(64), Map.of());
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("the chain can't be asked right now").doesNotContain("secret");
    }
}
