package org.decentralizedai.server.train;

import java.util.Map;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a round and the state of the outer step as files: equal values give equal bytes and hashes. State has the layout
 * of the weights. The header is the same in each round of a run, so that workers can rebuild a file.
 */
record StateFiles(CheckpointStore store, ModelConfig model, String run) {

    /** @param delta the step that led to these weights; null when there is none */
    RoundFiles write(float[] weights, OuterState state, byte @Nullable [] delta) {
        var checkpoint = write("weights", weights);
        return new RoundFiles(
                checkpoint.manifest(),
                checkpoint.hash(),
                checkpoint.bytes(),
                state.momentum() == null
                        ? null
                        : write("outer momentum", state.momentum()).manifest(),
                state.carry() == null
                        ? null
                        : write("outer carry", state.carry()).manifest(),
                delta == null ? null : new RoundFiles.Delta(store.writePieces(delta), delta.length),
                moment(state.secondMoment()));
    }

    private RoundFiles.@Nullable Moment moment(SecondMoment.@Nullable State state) {
        return state == null
                ? null
                : new RoundFiles.Moment(
                        write("outer second moment", state.running()).manifest(), store.writePieces(state.published()));
    }

    private Checkpoint write(String holds, float[] values) {
        return store.write(model, values, Map.of("holds", holds, "run", run));
    }

    float[] values(Sha256 manifest) {
        return store.weights(store.read(manifest), model);
    }

    OuterState state(RoundFiles files) {
        var moment = files.moment();
        return new OuterState(
                files.momentum() == null ? null : values(files.momentum()),
                files.carry() == null ? null : values(files.carry()),
                moment == null
                        ? null
                        : new SecondMoment.State(values(moment.running()), store.readPieces(moment.published())));
    }
}
