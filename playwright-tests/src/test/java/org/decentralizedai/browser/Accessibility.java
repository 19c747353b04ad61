package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.ResultType;
import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Set;

/** What axe finds wrong with a page. */
final class Accessibility {
    private static final Set<String> SERIOUS = Set.of("serious", "critical");

    private Accessibility() {}

    private static final List<String> BY_COLOUR = List.of("color-contrast", "link-in-text-block");

    /** Broken rules, each with an element. Fails when no rule was kept, as nothing was looked at then. */
    static List<String> violations(Page page) {
        return violations(builder(page));
    }

    /** Of a page that was looked at in other colours: all other rules would say the same again. */
    static List<String> violationsByColour(Page page) {
        return violations(builder(page).withRules(BY_COLOUR));
    }

    private static AxeBuilder builder(Page page) {
        return new AxeBuilder(page).setLegacyMode(true).options(options());
    }

    private static List<String> violations(AxeBuilder axe) {
        var results = axe.analyze();
        assertThat(results.getPasses()).as("rules that were checked").isNotEmpty();
        return results.getViolations().stream()
                .filter(rule -> SERIOUS.contains(rule.getImpact()))
                .map(rule -> rule.getId() + " " + rule.getNodes().getFirst().getHtml())
                .toList();
    }

    /** Of what a rule finds right, one element is described and not all. */
    private static AxeRunOptions options() {
        var options = new AxeRunOptions();
        options.setResultTypes(List.of(ResultType.Violations.getKey()));
        return options;
    }
}
