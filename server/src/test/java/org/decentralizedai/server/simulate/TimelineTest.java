package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
    private final Timeline timeline = new Timeline();
    private final List<String> happened = new ArrayList<>();

    private void note(String name) {
        happened.add(name + "@" + timeline.millis());
    }

    @Test
    void step_goesFromMomentToMoment() {
        timeline.after(2, () -> note("late"));
        timeline.after(1, () -> {
            note("early");
            timeline.after(0.5, () -> note("next"));
        });
        timeline.after(2, () -> note("later"));
        for (int i = 0; i < 4; i++) timeline.step();
        assertThat(happened).containsExactly("early@1000", "next@1500", "late@2000", "later@2000");
        assertThatThrownBy(timeline::step).hasMessageContaining("nothing is planned");
    }

    @Test
    void after_thePast_isRefused() {
        assertThatThrownBy(() -> timeline.after(-1, () -> {})).hasMessageContaining(">= 0");
    }

    @Test
    void link_bytes_takeTheirTime() {
        var link = new Link(10, 50, 40);
        assertThat(link.upSeconds(1_250_000)).isEqualTo(1.04);
        assertThat(link.downSeconds(12_500_000)).isEqualTo(2.04);
        assertThat(WireBytes.of(new byte[100])).isEqualTo(106);
        assertThat(WireBytes.of(new byte[126])).isEqualTo(134);
        assertThat(WireBytes.of(new byte[1 << 16])).isEqualTo((1 << 16) + 14);
    }
}
