package org.decentralizedai.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RatesTest {
    private static Rates rates(double[]... byRival) {
        var rates = new Rates(byRival[0].length);
        for (int rival = 0; rival < byRival.length; rival++)
            for (int round = 0; round < byRival[rival].length; round++)
                rates.put(rival == 0 ? "ours" : "peer " + rival, round, byRival[rival][round]);
        return rates;
    }

    @Test
    void ratio_isToTheBestPeerOfEachRound() {
        var rates = rates(new double[] {8, 8, 8}, new double[] {1, 4, 2}, new double[] {2, 1, 2});
        assertThat(rates.ratio()).isEqualTo(new Measured("ours / best peer", 4, 2, 4, 3));
    }

    @Test
    void ratio_withoutPeers_isNone() {
        var rates = rates(new double[] {8}, new double[] {1});
        rates.remove("peer 1");
        assertThat(rates.ratio()).isNull();
    }

    @Test
    void measured_isMedianAndRangeToFourDigits() {
        assertThat(Measured.of("x", new double[] {3, 1, 2, 10})).isEqualTo(new Measured("x", 2.5, 1, 10, 4));
        assertThat(Measured.of("x", new double[] {1234.56})).isEqualTo(new Measured("x", 1235, 1235, 1235, 1));
        assertThatThrownBy(() -> Measured.of("x", new double[0])).hasMessage("no rounds of x");
    }
}
