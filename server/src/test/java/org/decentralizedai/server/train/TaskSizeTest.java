package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.model.ModelConfig;
import org.junit.jupiter.api.Test;

class TaskSizeTest {
    private static TaskSize size(ModelConfig model, int workers) {
        return TaskSize.of(model, workers, 60, TaskSize.FAST_DEVICE_FLOPS);
    }

    @Test
    void of_presets_areWhatTheDocumentsSay() {
        assertThat(size(ModelConfig.nano(), 16)).isEqualTo(new TaskSize(8, 2));
        assertThat(size(ModelConfig.tiny(), 64)).isEqualTo(new TaskSize(8, 5));
        assertThat(size(ModelConfig.small(), 64)).isEqualTo(new TaskSize(8, 22));
        assertThat(size(ModelConfig.base(), 64)).isEqualTo(new TaskSize(8, 7));
        assertThat(TaskSize.mostWorkers(ModelConfig.nano())).isEqualTo(42);
    }

    @Test
    void of_slowDevice_givesFewerStepsRatherThanALongerTask() {
        assertThat(TaskSize.of(ModelConfig.base(), 64, 60, 50e9)).isEqualTo(new TaskSize(3, 1));
        assertThat(TaskSize.of(ModelConfig.base(), 64, 60, 1e9)).isEqualTo(new TaskSize(1, 1));
    }

    @Property
    void of_anyCrowd_keepsTheMinuteAndTheOuterSteps(
            @ForAll @IntRange(min = 1, max = 40) int workers,
            @ForAll @DoubleRange(min = 1e10, max = 1e13) double flops) {
        for (var model : new ModelConfig[] {ModelConfig.nano(), ModelConfig.tiny(), ModelConfig.small()}) {
            var size = TaskSize.of(model, workers, 60, flops);
            double tokens = (double) size.steps() * size.batch() * model.context();
            assertThat(size.steps()).isBetween(1, TaskSize.LOCAL_STEPS);
            assertThat(tokens * model.trainingFlopsPerToken()).isLessThanOrEqualTo(60 * flops);
            assertThat(tokens * workers * TaskSize.OUTER_STEPS).isLessThanOrEqualTo(TaskSize.tokensOfRun(model));
        }
    }
}
