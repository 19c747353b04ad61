package org.decentralizedai.bench;

import com.microsoft.playwright.PlaywrightException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** What both benchmarks in the browser are asked for. */
final class BrowserOptions {
    @Option(
            names = "--adapter",
            description = "swiftshader, lavapipe or gpu; refused if Chromium takes another (default: ${DEFAULT-VALUE})")
    AdapterKind adapter = AdapterKind.SWIFTSHADER;

    @Option(names = "--rounds", description = "rounds of each (default: ${DEFAULT-VALUE})")
    int rounds = 3;

    @Option(names = "--seconds", description = "least length of a round of each (default: ${DEFAULT-VALUE})")
    double seconds = 0.5;

    @Option(names = "--quick", description = "few and small cases: a minute")
    boolean quick;

    /** @param known short name of each peer and its module */
    List<String> modules(String peers, Map<String, String> known) {
        var modules = new ArrayList<String>();
        for (String name : peers.split(",")) {
            if (name.isBlank() || name.equals("none")) continue;
            String module = known.get(name.strip());
            if (module == null)
                throw new IllegalArgumentException(
                        "no such peer: '" + name + "'. There are: " + String.join(", ", known.keySet()) + ", or none");
            modules.add(module);
        }
        return modules;
    }

    void check() {
        if (rounds < 1 || !(seconds > 0))
            throw new IllegalArgumentException("--rounds must be >= 1 and --seconds > 0: " + rounds + ", " + seconds);
    }

    /** How often work that takes {@code millis} fills a round. */
    int times(double millis, int most) {
        return (int) Math.clamp(Math.round(1000 * seconds / Math.max(millis, 1e-3)), 1, most);
    }

    /** Runs a benchmark; a mistake of the user becomes a sentence and code 2, a failed measurement code 1. */
    static int report(Run run) {
        try {
            return run.run() ? 0 : 1;
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            return 2;
        } catch (IllegalStateException e) {
            System.err.println("bench: " + e.getMessage());
            return 1;
        } catch (PlaywrightException e) { // no browser, or ours does not start in it
            System.err.println("bench: " + Setting.firstLine(e));
            return 1;
        }
    }

    interface Run {
        /** Whether all that was wanted was measured. */
        boolean run();
    }
}
