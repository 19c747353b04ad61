package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ProductShape;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
    private static final KernelChoice CHOICE =
            new KernelChoice(new ProductShape(MatmulLayout.ABT, 768, 352, 128), "subgroups", 23.5, 16.25);

    @Test
    void parse_whatWasWritten_isTheSame() {
        var other = new KernelChoice(new ProductShape(MatmulLayout.ATB, 1, 2, 3), "blocks-32", 0.5, 0.5);
        var choices = List.of(CHOICE, other);
        assertThat(KernelChoice.parse(KernelChoice.text(choices))).isEqualTo(choices);
        assertThat(KernelChoice.parse(KernelChoice.text(List.of()))).isEmpty();
    }

    @Test
    void parse_linesOfAnotherVersion_areLeftOut() {
        String text = "BTA 1 2 3 x 1 1\nAB 1 2 x 1 1\nAB 0 2 3 x 1 1\nAB 1 2 3 x fast 1\n\n";
        assertThat(KernelChoice.parse(text + KernelChoice.text(List.of(CHOICE))))
                .containsExactly(CHOICE);
    }
}
