package org.decentralizedai.server.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.decentralizedai.server.credit.CreditLedger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Newcomers come to a server whose auditor computes one task in the time of many rounds. */
final class MissedAuditsTest {
    private static final float HONEST = 0.01f, LIE = -0.01f;
    private static final int TASKS = CreditLedger.HELD_TASKS + 10;

    @TempDir
    Path folder;

    private static void sendInEachRound(Courtroom court, String account, float update, int rounds) {
        for (int round = 0; round < rounds; round++) {
            court.rulings.look(court.send(court.give(account), account, update));
            court.rounds(1);
        }
    }

    @Test
    void liar_whoseAuditsAreMissed_isNotPaid_andTheFirstThatIsDoneTakesAll() {
        try (var court = new Courtroom(folder, true)) {
            sendInEachRound(court, "liar", LIE, TASKS);
            assertThat(court.audits.counts().missed()).isGreaterThan(CreditLedger.HELD_TASKS);
            var balance = court.credits.balance("liar");
            assertThat(balance.released()).isZero();
            assertThat(balance.tasks()).isEqualTo(TASKS);
            court.auditorSays(HONEST);
            assertThat(court.credits.balance("liar").forfeited()).isEqualTo(balance.held());
        }
    }

    /** It waits for its pay until the server has time, and loses none. */
    @Test
    void honestWorker_whoseAuditsAreMissed_isPaidWhenLaterOnesAreDone() {
        try (var court = new Courtroom(folder, true)) {
            sendInEachRound(court, "ada", HONEST, TASKS);
            assertThat(court.credits.balance("ada").released()).isZero();
            for (int task = 0; task < 2 * CreditLedger.HELD_TASKS; task++) {
                while (court.auditorWorks()) court.auditorSays(HONEST);
                sendInEachRound(court, "ada", HONEST, 1);
            }
            assertThat(court.credits.balance("ada").released())
                    .isGreaterThan(court.credits.balance("ada").held() / CreditLedger.HELD_TASKS * TASKS);
        }
    }
}
