package org.decentralizedai.server.train;

import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.wire.LocalSteps;

/** What a task asks of a worker's device. */
final class Demand {
    private Demand() {}

    /** Bytes of the largest buffer: a segment of the parameters, the logits, or the widest activation. */
    static long greatestBuffer(ModelConfig model, LocalSteps steps) {
        var layout = ParameterLayout.of(model);
        long greatest = 0;
        for (int i = 0; i < layout.segments(); i++) greatest = Math.max(greatest, layout.segmentSize(i));
        long rows = (long) steps.microBatch() * steps.context();
        greatest = Math.max(greatest, rows * Math.max(model.vocabulary(), model.intermediate()));
        return greatest * Float.BYTES;
    }
}
