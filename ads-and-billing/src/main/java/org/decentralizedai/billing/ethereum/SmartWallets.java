package org.decentralizedai.billing.ethereum;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.decentralizedai.billing.ethereum.Refusal.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.web3j.abi.FunctionEncoder;
import org.web3j.abi.datatypes.DynamicBytes;
import org.web3j.abi.datatypes.Function;
import org.web3j.abi.datatypes.generated.Bytes32;
import org.web3j.crypto.Sign;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Asks contracts whether a signature is theirs (ERC-1271), through a node. Only contracts that are deployed can answer. */
public final class SmartWallets {
    private static final Logger LOG = LoggerFactory.getLogger(SmartWallets.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final String YES = "0x1626ba7e" + "0".repeat(56);
    private static final JsonMapper JSON = new JsonMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    /** @throws Refusal when the node does not answer */
    boolean valid(URI node, String address, String message, byte[] signature) {
        return valid(node, address, Sign.getEthereumMessageHash(message.getBytes(UTF_8)), signature);
    }

    /** @param digest (32) */
    public boolean valid(URI node, String address, byte[] digest, byte[] signature) {
        String call = FunctionEncoder.encode(
                new Function("isValidSignature", List.of(new Bytes32(digest), new DynamicBytes(signature)), List.of()));
        return YES.equalsIgnoreCase(call(node, address, call));
    }

    /** The result in hex; empty when the contract refuses, or there is none. */
    private String call(URI node, String address, String data) {
        var body = Map.of(
                "jsonrpc",
                "2.0",
                "id",
                1,
                "method",
                "eth_call",
                "params",
                List.of(Map.of("to", address, "data", data), "latest"));
        try {
            var request = HttpRequest.newBuilder(node)
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                    .build();
            var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) throw noAnswer("status " + answer.statusCode());
            return JSON.readTree(answer.body()).path("result").asString("");
        } catch (IOException | JacksonException e) {
            throw noAnswer(e.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noAnswer("interrupted");
        }
    }

    /** The node's address may hold a secret: it goes nowhere. */
    private static Refusal noAnswer(String why) {
        LOG.warn("the Ethereum node for smart wallets gave no answer: {}", why);
        return new Refusal(Reason.NO_ANSWER, "your smart wallet can't be asked right now: try again in a minute");
    }
}
