package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.dataformat.yaml.YAMLMapper;

final class SettingsTest {
    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("settings.yaml"), text);
    }

    @Test
    void read_someFields_keepsTheOtherDefaults() throws IOException {
        var settings = SettingsFile.read(file("port: 9\nlimits:\n  sockets: 7\ntrustedProxies: [10.0.0.0/8]\n"));
        assertThat(settings.port()).isEqualTo(9);
        assertThat(settings.limits().sockets()).isEqualTo(7);
        assertThat(settings.limits().heartbeatSeconds())
                .isEqualTo(Settings.defaults().limits().heartbeatSeconds());
        assertThat(settings.trustedProxies()).containsExactly("10.0.0.0/8");
        assertThat(SettingsFile.with(settings, Map.of("port", 10)).port()).isEqualTo(10);
    }

    @Test
    void read_everyFieldWritten_isTheSame() throws IOException {
        var settings = TestRun.settings(folder, 3);
        var yaml = YAMLMapper.builder().build();
        assertThat(SettingsFile.read(file(yaml.writeValueAsString(settings)))).isEqualTo(settings);
    }

    @Test
    void read_typingMistakeOrBadValue_saysSo() throws IOException {
        var mistake = file("prot: 9\n");
        assertThatThrownBy(() -> SettingsFile.read(mistake)).hasMessageContaining("prot");
        var bad = file("port: 99999\n");
        assertThatThrownBy(() -> SettingsFile.read(bad)).hasMessageContaining("port must be 0..65535");
        var others = file("""
                host: 0.0.0.0
                ether: {chain: {id: 31337, name: anvil, rpc: "http://127.0.0.1:1/"}, contract: "%s"}
                """.formatted("0x" + "a".repeat(40)));
        assertThatThrownBy(() -> SettingsFile.read(others)).hasMessageContaining("chain 31337 is for development");
        assertThatThrownBy(() -> SettingsFile.read(folder.resolve("none"))).hasMessageContaining("no settings file");
    }

    @Test
    void tls_pemFiles_serveHttps() throws Exception {
        var certificate = folder.resolve("certificate.pem");
        var key = folder.resolve("key.pem");
        var store = selfSigned(certificate, key);
        var settings = SettingsFile.with(
                TestRun.settings(folder, 2),
                Map.of("tlsCertificate", certificate.toString(), "tlsKey", key.toString(), "host", "localhost"));
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        try (var server = new Server(settings);
                var http = HttpClient.newBuilder().sslContext(context).build()) {
            assertThat(server.url()).startsWith("https://");
            var request = HttpRequest.newBuilder(URI.create(server.url() + "/health/ready"))
                    .build();
            assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    /** Made by the JDK's own tool, as PEM files and as a store that trusts the certificate. */
    private KeyStore selfSigned(Path certificate, Path key) throws Exception {
        var file = folder.resolve("store.p12");
        char[] password = "password".toCharArray();
        var keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "password")
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        var store = KeyStore.getInstance(file.toFile(), password);
        Files.writeString(
                certificate, pem("CERTIFICATE", store.getCertificate("server").getEncoded()));
        Files.writeString(
                key, pem("PRIVATE KEY", store.getKey("server", password).getEncoded()));
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, password);
        trusted.setCertificateEntry("server", store.getCertificate("server"));
        return trusted;
    }

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + kind
                + "-----\n";
    }
}
