package org.decentralizedai.server.train;

import org.decentralizedai.server.state.Round;
import org.decentralizedai.store.checkpoint.Checkpoint;

/**
 * A round's checkpoint, to be looked at.
 *
 * @param weights in layout order; not to be changed
 * @param demanded promote it whatever its loss: an operator went back to it
 */
public record Candidate(Round round, Checkpoint checkpoint, float[] weights, boolean demanded) {}
