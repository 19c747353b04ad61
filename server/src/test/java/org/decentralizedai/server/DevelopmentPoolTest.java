package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigInteger;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DevelopmentPoolTest {
    private static Settings settings(Map<String, Object> over) {
        return SettingsFile.with(Settings.defaults(), over);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
    void thisMachine_isAllowed(String host) {
        assertThatCode(() -> DevelopmentPool.check(settings(Map.of("host", host))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.168.1.7", "train.example"})
    void otherHosts_areRefused(String host) {
        assertThatThrownBy(() -> DevelopmentPool.check(settings(Map.of("host", host))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this machine only");
    }

    @Test
    void publicUrl_isRefused() {
        assertThatThrownBy(() -> DevelopmentPool.check(settings(Map.of("publicUrl", "http://localhost:8080"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("public URL");
    }

    /** Before anything is started. */
    @ParameterizedTest
    @CsvSource({"--host,0.0.0.0,this machine only", "--public-url,https://train.example,public URL"})
    void command_refusesWithASentence(String option, String value, String sentence) {
        var errors = new StringWriter();
        int code = ServerMain.command()
                .setErr(new PrintWriter(errors))
                .execute("--dev-chain", "no-such-program", option, value);
        assertThat(code).isEqualTo(1);
        assertThat(errors.toString()).contains(sentence);
        assertThat(errors.toString().lines()).hasSize(1);
    }

    @Test
    void keyWithLeadingZeros_isWrittenWithAllItsDigits() {
        assertThat(DevelopmentPool.line(BigInteger.ONE)).isEqualTo("0".repeat(63) + "1\n");
    }
}
