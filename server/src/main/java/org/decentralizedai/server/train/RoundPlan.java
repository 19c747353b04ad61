package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.Round;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.wire.Hop;

/** What the tasks of a running round have in common. @param hops that lead to its checkpoint, newest last */
record RoundPlan(Round round, ModelConfig model, Checkpoint checkpoint, List<Hop> hops, Checks checks) {}
