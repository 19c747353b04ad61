package org.decentralizedai.server.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteOriginTest {
    @Test
    void withoutPublicAddress_isThisMachine() {
        var site = new SiteOrigin(null, false, () -> 8080);
        assertThat(site.is("http://localhost:8080")).isTrue();
        assertThat(site.is("http://127.0.0.1:8080")).isTrue();
        assertThat(site.is("http://localhost:8081")).isFalse();
        assertThat(site.is("https://localhost:8080")).isFalse();
        assertThat(site.is("http://evil.example:8080")).isFalse();
        assertThat(site.secure()).isFalse();
        assertThat(new SiteOrigin(null, true, () -> 443).is("https://localhost"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://train.example.evil.example",
                "http://train.example",
                "https://train.example:444",
                "https://train.example@evil.example",
                "https://localhost",
                "null",
                ""
            })
    void withPublicAddress_isThatAlone(String other) {
        var site = new SiteOrigin(URI.create("https://Train.example/"), false, () -> 8080);
        assertThat(site.is("https://train.example")).isTrue();
        assertThat(site.is(other)).isFalse();
        assertThat(site.is(null)).isFalse();
        assertThat(site.secure()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://203.0.113.5",
                "https://[2001:db8::5]:8443",
                "http://127.0.0.1:8080",
                "http://train.example"
            })
    void passkeys_areForNoAddressInDigits_norWhereNobodySignsIn(String publicUrl) {
        assertThat(new SiteOrigin(URI.create(publicUrl), false, () -> 8080).passkeyHost())
                .isEmpty();
    }

    @Test
    void passkeys_areForAName() {
        assertThat(new SiteOrigin(null, false, () -> 8080).passkeyHost()).contains("localhost");
        assertThat(new SiteOrigin(URI.create("https://7.Train.example"), false, () -> 8080).passkeyHost())
                .contains("7.train.example");
    }

    @Test
    void plainHttpForTheWorld_isNone() {
        assertThat(new SiteOrigin(URI.create("http://train.example"), false, () -> 8080).all())
                .isEmpty();
        assertThat(new SiteOrigin(URI.create("http://localhost:9000"), false, () -> 8080).all())
                .containsExactly("http://localhost:9000");
    }
}
