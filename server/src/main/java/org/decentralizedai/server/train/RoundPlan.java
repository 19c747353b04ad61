package org.decentralizedai.server.train;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.store.checkpoint.Checkpoint;

/** What the tasks of a running round have in common. */
record RoundPlan(Round round, ModelConfig model, Checkpoint checkpoint, Checks checks) {}
