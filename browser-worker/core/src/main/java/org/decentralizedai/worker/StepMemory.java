package org.decentralizedai.worker;

import org.decentralizedai.model.Parameters;

/**
 * The device memory of a {@link LocalTraining}, that an optimiser's step works in; it belongs to the training, which frees it.
 *
 * @param weights θ
 * @param gradients of the last batch
 * @param moment1 zero after a restart
 * @param moment2 after a restart the published second moment, zero where there is none
 */
public record StepMemory(Parameters weights, Parameters gradients, Parameters moment1, Parameters moment2) {}
