package org.decentralizedai.billing.payout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The address with capital letters is the first example of EIP-55. */
final class PayoutAddressTest {
    private static final String WRITTEN = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

    @Test
    void rightCapitals_orNone() {
        assertThat(PayoutAddress.parse(WRITTEN).text()).isEqualTo("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
        assertThat(PayoutAddress.parse("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")
                        .shown())
                .isEqualTo(WRITTEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",
                "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",
                "5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed00",
                "0x0000000000000000000000000000000000000000",
                "0x0000000000000000000000000000000000000001",
                ""
            })
    void anythingElse_isRefused(String written) {
        assertThatThrownBy(() -> PayoutAddress.parse(written)).isInstanceOf(IllegalArgumentException.class);
    }
}
