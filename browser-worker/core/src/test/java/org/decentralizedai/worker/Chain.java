package org.decentralizedai.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.decentralizedai.compress.CheckpointDelta;
import org.decentralizedai.compress.ErrorFeedback;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.SplitMix64;
import org.decentralizedai.wire.Hop;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.wire.Sha256;

/** Checkpoints of successive rounds, from the fixture's on, each made as the coordinator does: by a step coded in INT8. */
final class Chain {
    private static final int PIECE = 50_000; // of checkpoints; the delta fits one

    final Fixture fixture = new Fixture();
    final List<Sha256> checkpoints = new ArrayList<>(List.of(fixture.checkpoint));
    final List<Hop> hops = new ArrayList<>(); // hop i leads from checkpoint i to the next
    private final List<List<Sha256>> pieces = new ArrayList<>(List.of(fixture.pieces));
    private final float[] weights = fixture.weights.clone();
    private float[] carry = new float[weights.length];
    byte[] file = fixture.file; // of the last round

    Chain(int rounds) {
        for (int round = 1; round <= rounds; round++) advance();
    }

    void advance() {
        var random = new SplitMix64(checkpoints.size());
        float[] step = new float[weights.length];
        for (int i = 0; i < step.length; i++) step[i] = (float) (0.02 * (random.nextDouble() - 0.5));
        var coded = ErrorFeedback.next(UpdateEncoding.INT8, carry, 1, step);
        carry = coded.residual();
        byte[] delta = CheckpointDelta.of(UpdateEncoding.INT8, coded.encoded(), step.length);
        CheckpointDelta.apply(delta, weights);
        hops.add(new Hop(checkpoints.getLast(), List.of(fixture.blobs.add(delta)), delta.length));
        file = Fixture.checkpoint(weights);
        checkpoints.add(JvmDigest.INSTANCE.sha256(file));
        var all = new ArrayList<Sha256>();
        for (int at = 0; at < file.length; at += PIECE)
            all.add(fixture.blobs.add(Arrays.copyOfRange(file, at, Math.min(file.length, at + PIECE))));
        pieces.add(all);
    }

    int rounds() {
        return hops.size();
    }

    int deltaBytes() {
        return hops.getFirst().bytes();
    }

    /** Of the last round, listing its last {@code listed} hops. */
    GradientTask task(int listed) {
        return task(rounds(), hops.subList(rounds() - listed, rounds()));
    }

    GradientTask task(int round, List<Hop> listed) {
        return new GradientTask(
                new Lease(round, 1),
                round,
                checkpoints.get(round),
                pieces.get(round),
                listed,
                List.of(),
                fixture.data(),
                Fixture.STEPS,
                UpdateForm.whole(UpdateEncoding.F32),
                false,
                60_000);
    }
}
