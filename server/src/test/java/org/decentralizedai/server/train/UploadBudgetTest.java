package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.junit.jupiter.api.Test;

class UploadBudgetTest {
    private static String form(ModelConfig model) {
        var form = UploadBudget.HOME.densest(model);
        return form.encoding() + "/" + form.slice().parts();
    }

    @Test
    void densest_presets_areWhatTheDocumentsSay() {
        assertThat(form(ModelConfig.nano())).isEqualTo("INT8/1");
        assertThat(form(ModelConfig.tiny())).isEqualTo("INT8/1");
        assertThat(form(ModelConfig.small())).isEqualTo("SIGN/2");
        assertThat(form(ModelConfig.base())).isEqualTo("SIGN/5");
    }

    @Property
    void densest_anySize_fitsTheLine(@ForAll @IntRange(min = 1, max = 200_000_000) int parameters) {
        var form = UploadBudget.HOME.densest(parameters);
        assertThat(UpdateCodec.maxEncodedBytes(form.encoding(), form.slice().length(parameters)))
                .isLessThanOrEqualTo((int) UploadBudget.HOME.bytes());
    }

    @Test
    void densest_slowerLine_isSparser() {
        int parameters = ParameterLayout.of(ModelConfig.tiny()).parameterCount();
        assertThat(new UploadBudget(1, 60, 0.05).densest(parameters).encoding().name())
                .isEqualTo("SIGN");
        assertThatThrownBy(() -> new UploadBudget(0.01, 60, 0.05).densest(parameters))
                .hasMessageContaining("tasks must take longer");
    }
}
