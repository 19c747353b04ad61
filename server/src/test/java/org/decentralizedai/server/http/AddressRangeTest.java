package org.decentralizedai.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AddressRangeTest {
    private static boolean contains(String range, String address) {
        return AddressRange.parse(range).contains(AddressRange.literal(address));
    }

    @Test
    void contains_addressesAndRanges_areTold() {
        assertThat(contains("10.0.0.0/8", "10.200.1.2")).isTrue();
        assertThat(contains("10.0.0.0/8", "11.0.0.1")).isFalse();
        assertThat(contains("192.168.1.0/25", "192.168.1.127")).isTrue();
        assertThat(contains("192.168.1.0/25", "192.168.1.128")).isFalse();
        assertThat(contains("127.0.0.1", "127.0.0.1")).isTrue();
        assertThat(contains("::1", "127.0.0.1")).isFalse();
        assertThat(contains("2001:db8::/32", "2001:db8:1::5")).isTrue();
        assertThat(contains("0.0.0.0/0", "8.8.8.8")).isTrue();
    }

    @Test
    void parse_noAddress_isRefused() {
        for (String text : new String[] {"localhost", "10.0.0.0/33", "proxy.example", "", "1"})
            assertThatThrownBy(() -> AddressRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
