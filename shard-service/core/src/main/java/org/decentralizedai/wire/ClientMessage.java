package org.decentralizedai.wire;

/** What a worker tells the coordinator. */
public sealed interface ClientMessage {

    /**
     * First message.
     *
     * @param key 32 hex digits that this browser keeps: its anonymous identity
     * @param adapter what computes, in the driver's words
     * @param software the adapter is a software renderer on the CPU
     * @param gigaflops measured f32 matrix product speed
     * @param maxStorageBytes greatest storage buffer binding
     */
    record Hello(String key, String adapter, boolean software, double gigaflops, long maxStorageBytes)
            implements ClientMessage {
        public Hello {
            if (key.length() != 32) throw new IllegalArgumentException("key must have 32 hex digits: " + key.length());
            for (int i = 0; i < key.length(); i++)
                if (Character.digit(key.charAt(i), 16) < 0)
                    throw new IllegalArgumentException("key must be hex digits");
            if (adapter.length() > 256)
                throw new IllegalArgumentException("adapter must have at most 256 characters: " + adapter.length());
            if (!(gigaflops >= 0) || gigaflops > 1e9)
                throw new IllegalArgumentException("gigaflops must be in 0..1e9: " + gigaflops);
        }
    }

    /** The worker is free. */
    record TaskRequest() implements ClientMessage {}

    /** Still computing: renews the lease. */
    record Heartbeat(Lease lease, int stepsDone, double loss) implements ClientMessage {}

    /**
     * The task is done, or as much of it as the worker will do; asks where to begin, or to go on after a broken connection.
     *
     * @param steps that were done: at least one, at most the task's
     * @param tokens of those
     * @param firstLoss of the first step, nats per token
     * @param lastLoss of the last of them
     * @param millis from the first step's begin to the last one's end, rests included: the next task is sized by it
     */
    record UpdateBegin(
            Lease lease,
            int encodedBytes,
            Sha256 hash,
            int steps,
            int tokens,
            double firstLoss,
            double lastLoss,
            int millis)
            implements ClientMessage {
        public UpdateBegin {
            if (encodedBytes <= 0) throw new IllegalArgumentException("encodedBytes must be > 0: " + encodedBytes);
            if (steps <= 0 || tokens <= 0)
                throw new IllegalArgumentException("must be steps, tokens > 0: " + steps + ", " + tokens);
            if (millis <= 0) throw new IllegalArgumentException("millis must be > 0: " + millis);
        }
    }

    /** Bytes {@code offset ..} of the encoded update, at most {@link FrameLayout#MAX_CHUNK} at once, in order. */
    record UpdateChunk(Lease lease, int offset, Bytes bytes) implements ClientMessage {
        public UpdateChunk {
            if (offset < 0) throw new IllegalArgumentException("offset must be >= 0: offset=" + offset);
            if (bytes.length() == 0 || bytes.length() > FrameLayout.MAX_CHUNK)
                throw new IllegalArgumentException(
                        "chunk must have 1.." + FrameLayout.MAX_CHUNK + " bytes: " + bytes.length());
        }
    }

    /** Gives the task back, e.g. because the visitor pressed stop. */
    record Abandon(Lease lease, String reason) implements ClientMessage {}
}
