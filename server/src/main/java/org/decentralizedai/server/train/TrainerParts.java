package org.decentralizedai.server.train;

import java.time.Clock;
import java.util.function.Function;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.RunLedger;
import org.decentralizedai.server.state.TaskLedger;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Trainer} works with.
 *
 * @param recipe of the rounds that are opened from now on
 * @param onRound runs after each new round
 */
record TrainerParts(
        Run run,
        RunLedger runs,
        ModelConfig model,
        Recipe recipe,
        Function<Recipe, UpdateRules> rules,
        RoundPlans plans,
        TaskLedger tasks,
        RoundLedger rounds,
        EventLedger events,
        GradientLog log,
        Database database,
        CheckpointShelf shelf,
        RoundRecords records,
        TaskDesk desk,
        UpdateIntake intake,
        Audits audits,
        Examiner examiner,
        PromotedPointer promoted,
        TrainMetrics metrics,
        Clock clock,
        Runnable onRound) {

    /** One that is opened now. */
    Round round(int number, RoundFiles files, long tokens, long updates, @Nullable Double trainLoss) {
        return new Round(number, files, tokens, updates, trainLoss, null, null, clock.millis(), false);
    }
}
