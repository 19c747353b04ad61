package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.UpdateRules;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class ScenarioOptionsTest {
    private static CommandLine command(ScenarioOptions options) {
        return new CommandLine(CommandSpec.forAnnotatedObject(options)).setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static Scenario parsed(String... arguments) {
        var options = new ScenarioOptions();
        command(options).parseArgs(arguments);
        return options.scenario();
    }

    @Test
    void scenario_nothingSaid_isProductions() {
        assertThat(parsed().variant()).isEqualTo(Variant.PRODUCTION);
    }

    @Test
    void scenario_anotherBatch_isComputedInThePresetsParts() {
        var preset = Recipe.of("small", ModelConfig.small()).steps();
        var steps = parsed("--model", "small", "--batch", "40").recipe().steps();
        assertThat(steps.batch()).isEqualTo(40);
        assertThat(steps.microBatch()).isEqualTo(preset.microBatch()).isEqualTo(5);
        var given = parsed("--model", "small", "--batch", "40", "--micro-batch", "8");
        assertThat(given.recipe().steps().microBatch()).isEqualTo(8);
        assertThat(parsed("--batch", "2").recipe().steps().microBatch()).isEqualTo(2);
    }

    @Test
    void scenario_closing_takesNoTimeUnlessSaid() {
        assertThat(parsed().closingSeconds()).isZero();
        assertThat(parsed("--closing", "4.5").closingSeconds()).isEqualTo(4.5);
    }

    @Test
    void scenario_optimisers_areThoseNamed() {
        var scenario = parsed("--inner", "muon", "--outer", "ADAM", "--outer-rate", "0.01", "--outer-momentum", "0.9");
        assertThat(scenario.variant()).isEqualTo(new Variant(Inner.MUON, Outer.ADAM));
        assertThat(scenario.recipe().outerRate()).isEqualTo(0.01);
        assertThat(parsed("--inner", "ADAMW_CARRIED").variant().inner()).isEqualTo(Inner.ADAMW_CARRIED);
    }

    @Test
    void scenario_outerAdamWithTheRecipesRate_refused() {
        assertThatThrownBy(() -> parsed("--outer", "ADAM")).hasMessageContaining("--outer-rate");
    }

    @Test
    void usage_namesBothOptions() {
        assertThat(command(new ScenarioOptions()).getUsageMessage())
                .contains("--inner=KIND", "ADAMW_CARRIED", "MUON", "--outer=KIND", "NESTEROV, ADAM");
    }

    @Test
    void rules_onlyMuonReachesFarther() {
        var recipe = Recipe.of("nano", ModelConfig.nano());
        var layout = ParameterLayout.of(ModelConfig.nano());
        double adamW = UpdateRules.of(recipe).greatestChange().applyAsDouble(2);
        double longest = Math.sqrt(ModelConfig.nano().intermediate());
        for (Inner inner : Inner.values())
            assertThat(new Variant(inner, Outer.NESTEROV)
                            .rules(recipe, layout)
                            .greatestChange()
                            .applyAsDouble(2))
                    .isEqualTo((inner == Inner.MUON ? 1.5 * (0.2 * longest) : 1) * adamW);
    }
}
