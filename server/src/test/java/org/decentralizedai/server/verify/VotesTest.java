package org.decentralizedai.server.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.server.verify.Votes.Finding;

class VotesTest {

    private static List<Finding> of(List<Integer> updates) {
        return Votes.of(updates.size(), (one, other) -> updates.get(one).equals(updates.get(other)));
    }

    /** Each update is a number; equal ones agree. */
    @Property
    void finding_followsFromWhoAgrees(@ForAll @Size(min = 1, max = 4) List<@IntRange(max = 3) Integer> updates) {
        var findings = of(updates);
        boolean quorum = updates.stream().distinct().count() < updates.size();
        for (int i = 0; i < updates.size(); i++) {
            int update = updates.get(i);
            long same = updates.stream().filter(other -> other == update).count();
            var expected = same > 1 ? Finding.AGREES : quorum ? Finding.DIFFERS : Finding.OPEN;
            assertThat(findings.get(i)).isEqualTo(expected);
        }
    }

    /** 0 is honest, the rest lies, each in its own way: whatever the order, an honest one is never the one that differs. */
    @Property
    void honest_amongLiarsOnTheirOwn_neverDiffers(@ForAll @Size(min = 2, max = 3) List<Boolean> honest) {
        var updates = new ArrayList<Integer>();
        for (int i = 0; i < honest.size(); i++) updates.add(honest.get(i) ? 0 : i + 1);
        var findings = of(updates);
        for (int i = 0; i < honest.size(); i++)
            if (honest.get(i)) assertThat(findings.get(i)).isNotEqualTo(Finding.DIFFERS);
            else assertThat(findings.get(i)).isNotEqualTo(Finding.AGREES);
    }

    /** One word against another proves nothing. */
    @Property
    void two_thatDiffer_areBothOpen(@ForAll int one, @ForAll int other) {
        if (one != other) assertThat(of(List.of(one, other))).containsOnly(Finding.OPEN);
    }
}
