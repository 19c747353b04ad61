package org.decentralizedai.worker.bench;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.CorpusWindows;
import org.decentralizedai.wire.LocalSteps;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.TaskWindows;

/** Initial weights and random tokens: what a task takes does not depend on them. */
final class RandomTask {
    private RandomTask() {}

    static float[] weights(ModelConfig config) {
        return Initializer.weights(ParameterLayout.of(config), 1);
    }

    static byte[] packed(float[] weights) {
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(weights);
        return bytes.array();
    }

    static TaskWindows windows(ModelConfig config, LocalSteps steps) {
        var random = new SplitMix64(2);
        ByteBuffer shard =
                ByteBuffer.allocate(Short.BYTES * (steps.tokens() + 1)).order(ByteOrder.LITTLE_ENDIAN);
        while (shard.hasRemaining()) shard.putShort((short) random.nextInt(config.vocabulary()));
        var all = new CorpusWindows(Sha256.of(new byte[32]), 1, 0, steps.windows());
        return new TaskWindows(shard.array(), all, config.context());
    }
}
