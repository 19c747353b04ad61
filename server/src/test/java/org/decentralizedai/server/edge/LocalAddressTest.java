package org.decentralizedai.server.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "::1", "[::1]", "0:0:0:0:0:0:0:1", "[0:0:0:0:0:0:0:1]"})
    void ownMachine_isLocal(String address) {
        assertThat(LocalAddress.is(address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1", "192.0.2.7", "2001:db8::1", "unknown", "", "localhost", "127.evil.example"})
    void anythingElse_isNot(String address) {
        assertThat(LocalAddress.is(address)).isFalse();
    }

    @Test
    void household_isTheFirst64BitsOfIpv6_andAWholeIpv4() {
        assertThat(LocalAddress.household("2001:db8:1:2::7"))
                .isEqualTo(LocalAddress.household("[2001:db8:1:2:9:9:9:9]"))
                .isNotEqualTo(LocalAddress.household("2001:db8:1:3::7"));
        assertThat(LocalAddress.household("192.0.2.7")).isEqualTo("192.0.2.7");
        assertThat(LocalAddress.household("unknown")).isEqualTo("unknown");
    }

    @Test
    void network_isTheFirst24Bits_or48OfIpv6() {
        assertThat(LocalAddress.network("192.0.2.7")).isEqualTo("192.0.2.0/24");
        assertThat(LocalAddress.network("2001:db8:1:2::7"))
                .isEqualTo(LocalAddress.network("[2001:db8:1:9::1]"))
                .isNotEqualTo(LocalAddress.network("2001:db8:2:2::7"));
        assertThat(LocalAddress.network("unknown")).isEqualTo("unknown");
    }
}
