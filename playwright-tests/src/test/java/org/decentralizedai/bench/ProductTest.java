package org.decentralizedai.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.decentralizedai.kernels.MatmulLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductTest {
    @Test
    void text_isLayoutAndMKN() {
        assertThat(Product.parse("ABT 768x128x352")).isEqualTo(new Product(MatmulLayout.ABT, 768, 352, 128));
        assertThat(Product.parse(" ATB 64x512x176 +=")).isEqualTo(new Product(MatmulLayout.ATB, 64, 176, 512, true));
    }

    @Test
    void allThatIsMeasured_isReadAsItIsWritten() {
        for (List<Product> products : List.of(Product.all(), Product.quick()))
            assertThat(products)
                    .doesNotHaveDuplicates()
                    .allSatisfy(product ->
                            assertThat(Product.parse(product.toString())).isEqualTo(product));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AB", "BA 1x2x3", "AB 1x2", "AB 1x2x3x4", "AB 0x2x3", "AB -1x2x3", "AB 1x2x9999999"})
    void otherText_isRefusedInWords(String text) {
        assertThatThrownBy(() -> Product.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageFindingMatch("e.g. 'ABT 768x128x352'|sizes must be >= 1");
    }

    @Test
    void operations_areTwoPerTerm() {
        assertThat(new Product(MatmulLayout.AB, 1000, 500, 2000).gigaflop()).isCloseTo(2, within(1e-12));
    }

    @Test
    void wrongResult_isNotAllowed() {
        var product = new Product(MatmulLayout.AB, 8, 8, 256);
        assertThat(product.allows(1e-5)).isTrue();
        assertThat(product.allows(1e-3)).isFalse();
        assertThat(product.allows(Double.NaN)).isFalse();
    }
}
