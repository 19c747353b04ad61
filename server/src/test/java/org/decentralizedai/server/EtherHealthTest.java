package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.decentralizedai.billing.pool.ChainFault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose chain can't be read does all else, and says so. */
final class EtherHealthTest {
    @TempDir
    Path folder;

    @Test
    void nodeThatIsAway_isMeasured_serverIsReady() throws Exception {
        var chain = Map.of("id", 31_337, "name", "anvil", "rpc", "http://127.0.0.1:1/secret");
        var settings = SettingsFile.with(
                TestRun.settings(folder, 2),
                Map.of("ether", Map.of("chain", chain, "contract", "0x" + "a".repeat(40))));
        try (var server = new Server(settings);
                var http = HttpClient.newHttpClient()) {
            var ether = server.billing().ether().orElseThrow();
            ether.look();
            assertThat(ether.state().fault()).isEqualTo(ChainFault.Code.NO_ANSWER);
            assertThat(get(http, server.url() + "/metrics"))
                    .contains("ether_faulty 1.0", "ether_halted 0.0", "ether_lag_blocks 0.0", "ether_arrears 0.0");
            assertThat(get(http, server.url() + "/health/ready"))
                    .contains("\"ready\"")
                    .doesNotContain("secret");
        }
    }

    private static String get(HttpClient http, String address) throws Exception {
        var answer =
                http.send(HttpRequest.newBuilder(URI.create(address)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
