package org.decentralizedai.wire;

import java.util.List;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.ModelConfig;

/** What the coordinator tells a worker. */
public sealed interface ServerMessage {

    /** First message: who the worker is here, and what is trained. */
    record Welcome(String worker, String run, ModelConfig model, int heartbeatMillis) implements ServerMessage {}

    /**
     * A pure function to compute: from the weights of {@code checkpoint}, make {@code steps} over {@code data} and answer with
     * the update θ − θ', or with that of as many of the steps as there is time for. Heartbeats keep the lease alive, but no longer
     * than {@code leaseMillis}.
     *
     * @param checkpoint hash of the whole safetensors file
     * @param weights hashes of its pieces, in order: the file cut after every 4 MiB
     * @param hops the last steps that led to {@code checkpoint}, newest last, for workers that hold an earlier one; their deltas
     *     together are shorter than the weights. May be empty
     * @param secondMoment hashes of the pieces of the {@link org.decentralizedai.compress.PublishedMoment} along which all steps are
     *     made; empty for AdamW from zero moments
     * @param auditable the worker computes by its standard kernels, which add in one order, not by the fastest: so updates of honest
     *     workers differ as little as they can. The same for all tasks of a run, or it would tell which of them are audited
     */
    record GradientTask(
            Lease lease,
            int round,
            Sha256 checkpoint,
            List<Sha256> weights,
            List<Hop> hops,
            List<Sha256> secondMoment,
            CorpusWindows data,
            LocalSteps steps,
            UpdateForm form,
            boolean auditable,
            int leaseMillis)
            implements ServerMessage {
        public GradientTask {
            weights = List.copyOf(weights);
            hops = List.copyOf(hops);
            secondMoment = List.copyOf(secondMoment);
            if (round < 0) throw new IllegalArgumentException("round must be >= 0: round=" + round);
            if (leaseMillis <= 0) throw new IllegalArgumentException("lease must be > 0: leaseMillis=" + leaseMillis);
            if (data.count() != steps.windows())
                throw new IllegalArgumentException(
                        "data must have " + steps.windows() + " windows: count=" + data.count());
        }
    }

    /** Nothing to do now; the coordinator pushes a task when there is one, asking again after this time is also right. */
    record Idle(IdleReason reason, int retryMillis) implements ServerMessage {}

    /** Answer to {@link ClientMessage.UpdateBegin}: send the encoded update from this byte on. */
    record UploadFrom(Lease lease, int offset) implements ServerMessage {}

    /** The end of a task: accepted for so many tokens, or refused with a code and a sentence for people. */
    record Verdict(Lease lease, VerdictCode code, String sentence, int acceptedTokens) implements ServerMessage {}

    /** Stop computing this task: its round has closed or its lease was given to another. */
    record Cancel(Lease lease, String sentence) implements ServerMessage {}
}
