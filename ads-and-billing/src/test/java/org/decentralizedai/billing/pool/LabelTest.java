package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LabelTest {
    @Test
    void label_isRead_asItIsWritten() {
        for (String id : new String[] {"acct_0123456789abcdef0123", "a", "x".repeat(32)})
            assertThat(Label.read(new Label(id).hex())).contains(new Label(id));
        assertThat(new Label("ab").hex()).isEqualTo("0x6162" + "0".repeat(60));
    }

    @Test
    void bytesThatNoIdGives_areNoLabel() {
        assertThat(Label.read("0x" + "0".repeat(64))).isEmpty();
        assertThat(Label.read("0x61" + "0".repeat(60) + "61"))
                .as("something after the end")
                .isEmpty();
        assertThat(Label.read("0x613a" + "0".repeat(60))).as("a colon").isEmpty();
        assertThat(Label.read("0x" + "ff".repeat(32))).isEmpty();
    }

    @Test
    void idThatDoesNotFit_isRefused() {
        for (String id : new String[] {"", "x".repeat(33), "a b", "ü"})
            assertThatThrownBy(() -> new Label(id)).isInstanceOf(IllegalArgumentException.class);
    }
}
