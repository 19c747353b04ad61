package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.decentralizedai.wire.VerdictCode.ACCEPTED;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.pool.Label;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.Keys;
import org.web3j.protocol.core.DefaultBlockParameterName;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A customer pays on a chain, asks the model, and the volunteer who trained it claims the ether: server, watcher, clerk, contract. */
final class PayoutIT {
    private static final long DELAY = 100, RATE = 1_000_000_000;
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private DevChain chain;
    private String contract;
    private ComputePool pool;
    private Server server;
    private Operator operator;

    @BeforeEach
    void start() throws Exception {
        chain = DevChain.start(DevChain.anvil(Path.of("../ads-and-billing")));
        var signer = Credentials.create(Keys.createEcKeyPair());
        chain.fund(signer.getAddress(), ETHER);
        var deployed = chain.deploy(List.of(signer.getAddress()), 1, DELAY, DELAY, ETHER);
        contract = deployed.contract();
        pool = ComputePool.load(contract, chain.web3j(), chain.unlocked(1), DevChain.GAS);
        var keys = Files.writeString(
                folder.resolve("signers"),
                "# of a test\n"
                        + Numeric.toHexStringNoPrefixZeroPadded(
                                signer.getEcKeyPair().getPrivateKey(), 64) + "\n");
        server = new Server(SettingsFile.with(
                TestRun.settings(folder, 2),
                Map.of(
                        "promoteEvery",
                        1,
                        "limits",
                        Map.of("heldTasks", 0),
                        "ether",
                        Map.of(
                                "chain",
                                Map.of(
                                        "id",
                                        31_337,
                                        "name",
                                        "anvil",
                                        "rpc",
                                        chain.address().toString()),
                                "contract",
                                contract,
                                "fromBlock",
                                deployed.block(),
                                "confirmations",
                                0,
                                "pollSeconds",
                                1,
                                "weiPerMicroCredit",
                                RATE,
                                "signerKeys",
                                keys.toString()))));
        operator = new Operator(server.url(), folder.resolve("data"));
    }

    @AfterEach
    void stop() {
        server.close();
        chain.close();
        http.close();
    }

    private HttpResponse<String> post(String path, String body, String key) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(server.url() + path))
                        .header("Authorization", "Bearer " + key)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode get(String path) throws Exception {
        return operator.json(path, "");
    }

    private static String body(String key, String address) {
        return JsonMapper.shared().writeValueAsString(Map.of("key", key, "address", address));
    }

    private void train(String worker) throws Exception {
        try (var a = TestWorker.join(server.url(), worker)) {
            for (int i = 0; i < 2; i++)
                assertThat(a.deliver(a.task(), TestWorker.flat(1e-3f)).code()).isEqualTo(ACCEPTED);
        }
        await().atMost(Duration.ofSeconds(60))
                .until(() -> server.training().promotions().current().isPresent());
    }

    private String closeEpoch() throws Exception {
        return operator.done("close-epoch").get("message").stringValue();
    }

    private void closeUntil(String said) {
        await().atMost(Duration.ofSeconds(30)).until(() -> closeEpoch().startsWith(said));
    }

    @Test
    void customerPays_volunteerClaims_everyWei_andAStrangerComputesItAgain() throws Exception {
        train("ann");
        String creditKey = TestWorker.hello("ann", 1).key();
        var provider = Credentials.create(Keys.createEcKeyPair()).getAddress();
        addresses(creditKey, Keys.toChecksumAddress(provider));

        String account = operator.done("open-account", "name", "Ada").get("id").stringValue();
        String key = operator.done("make-key", "customer", account, "name", "k")
                .get("key")
                .stringValue();
        pool.topUp(chain.unlocked(1).getFromAddress(), new Label(account).bytes(), ETHER.divide(BigInteger.TEN))
                .send();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> operator.json("/api/account", key).get("balance").longValue() == 100_000_000);
        String model = operator.json("/v1/models", key).at("/data/0/id").stringValue();
        var answer = post(
                "/v1/completions",
                "{\"model\": \"" + model + "\", \"prompt\": \"the whale\", \"max_tokens\": 20}",
                key);
        assertThat(answer.statusCode()).isEqualTo(200);
        long cost =
                100_000_000 - operator.json("/api/account", key).get("balance").longValue();
        assertThat(cost).isPositive();
        var wei = BigInteger.valueOf(cost * RATE);

        assertThat(closeEpoch()).isEqualTo("spending 1 is proposed");
        var posted = get("/api/spendings/newest");
        assertThat(posted.at("/postings/0/wei").stringValue()).isEqualTo(wei.toString());
        assertThat(posted.at("/signing/signed")).hasSize(1);
        chain.pass(DELAY);
        closeUntil("epoch 1 waits until ");
        chain.pass(DELAY);
        await().atMost(Duration.ofSeconds(30))
                .until(() ->
                        get("/api/epochs").at("/epochs/0/state").stringValue().equals("FINAL"));

        var claim = get("/api/claims/" + provider);
        assertThat(claim.get("cumulative").stringValue()).isEqualTo(wei.toString());
        assertThat(claim.get("claimed").stringValue()).isEqualTo("0");
        var proof = claim.get("proof")
                .valueStream()
                .map(each -> Numeric.hexStringToByteArray(each.stringValue()))
                .toList();
        pool.claim(BigInteger.valueOf(claim.get("epoch").longValue()), provider, wei, proof)
                .send();
        assertThat(chain.web3j()
                        .ethGetBalance(provider, DefaultBlockParameterName.LATEST)
                        .send()
                        .getBalance())
                .isEqualTo(wei);
        assertThat(get("/api/claims/" + provider).get("claimed").stringValue()).isEqualTo(wei.toString());
        assertThat(get("/api/claims/0x" + "5".repeat(40)).get("cumulative").stringValue())
                .isEqualTo("0");
        assertThat(get("/api/claims/0x12").at("/error/code").stringValue()).isEqualTo("BAD_REQUEST");

        published();
    }

    private void addresses(String key, String address) throws Exception {
        assertThat(post("/api/credits/payout", body("0".repeat(32), address), "")
                        .statusCode())
                .isEqualTo(409);
        assertThat(post("/api/credits/payout", body("zz", address), "").statusCode())
                .isEqualTo(401);
        assertThat(post("/api/credits/payout", body(key, address.toUpperCase(Locale.ROOT)), "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/api/credits/payout", body(key, contract), "").statusCode())
                .isEqualTo(400);
        assertThat(post("/api/credits/payout", "{", "").statusCode()).isEqualTo(400);
        assertThat(post("/api/credits/payout", body(key, address), "").statusCode())
                .isEqualTo(200);
        assertThat(operator.json("/api/credits/payout", key).get("address").stringValue())
                .isEqualTo(address);
    }

    private void published() throws Exception {
        var epoch = get("/api/epochs").at("/epochs/0");
        var data = operator.get("/epochs/1.json", "");
        assertThat(data.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        assertThat(operator.get("/epochs/2.json", "").statusCode()).isEqualTo(404);
        assertThat(operator.get("/epochs/x.json", "").statusCode()).isEqualTo(404);
        assertThat(get("/api/epochs/1").at("/signing/signed")).hasSize(1);
        assertThat(post("/api/epochs/1/signatures", "{\"signature\": \"0x12\"}", "")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/api/epochs/1/signatures", "[]", "").statusCode()).isEqualTo(400);
        var said = new StringWriter();
        int code = VerifyEpochMain.command()
                .setOut(new PrintWriter(said))
                .setErr(new PrintWriter(said))
                .execute(
                        server.url() + "/epochs/1.json#sha256="
                                + epoch.get("dataHash").stringValue(),
                        "--rpc",
                        chain.address().toString());
        assertThat(said.toString()).contains("everything else is as published");
        assertThat(code).isZero();
        assertThat(get("/health/ready").get("status").stringValue()).isEqualTo("ready");
    }
}
