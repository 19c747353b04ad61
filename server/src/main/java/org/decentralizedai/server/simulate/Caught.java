package org.decentralizedai.server.simulate;

import java.util.List;
import org.decentralizedai.server.state.AuditLedger;

/**
 * What audits have found.
 *
 * @param liars that joined
 * @param fakes that each of those who were caught had sent by then, the one that was found among them
 * @param rounds in which they were
 * @param honest workers that were taken for liars
 */
record Caught(int liars, List<Integer> fakes, List<Integer> rounds, int honest, AuditLedger.Counts audits) {
    String sentence() {
        return "%d of %d liars caught, after %s fakes, in rounds %s; %d honest workers taken for liars; %s"
                .formatted(fakes.size(), liars, fakes, rounds, honest, audits);
    }
}
