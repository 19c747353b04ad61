package org.decentralizedai.server.train;

import java.time.Clock;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.server.state.Run;
import org.decentralizedai.server.state.TaskLedger;

/** What a {@link Trainer} works with. @param onRound runs after each new round */
record TrainerParts(
        Run run,
        ModelConfig model,
        Recipe recipe,
        UpdateRules rules,
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
        Runnable onRound) {}
