package org.decentralizedai.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class KernelChoiceTest {
    private static final KernelChoice CHOICE = new KernelChoice("ABT 768x352x128", "subgroups", 3.5, 6.25);

    @Test
    void parse_whatWasWritten_isTheSame() {
        var choices = List.of(CHOICE, new KernelChoice("attention", "INVOCATION", 0.5, 0.5));
        assertThat(KernelChoice.parse(KernelChoice.text(choices))).isEqualTo(choices);
        assertThat(KernelChoice.parse(KernelChoice.text(List.of()))).isEmpty();
    }

    @Test
    void parse_linesOfAnotherVersion_areLeftOut() {
        String text = "ABT 1x2x3 x 1 1\nAB\tx\tfast\t1\n\nAB\tx\t1\n";
        assertThat(KernelChoice.parse(text + KernelChoice.text(List.of(CHOICE))))
                .containsExactly(CHOICE);
    }
}
