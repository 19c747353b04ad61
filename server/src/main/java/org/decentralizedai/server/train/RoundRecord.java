package org.decentralizedai.server.train;

import java.util.List;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.RoundFiles;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a closed round was made of: all that {@link RoundResult} takes, by hash, and what came of it. Published as JSON, one blob
 * a round; a {@link RoundCheck} computes the round again.
 *
 * @param recipe with the parameters of the outer step
 * @param tokensBefore that the run had trained on, by which the learning rate goes
 * @param updates in the order of summation
 * @param earlier updates of the round before, of which nobody may send a copy
 * @param corrections what the step takes back of earlier rounds, in the order in which it does
 * @param after null when the step was not finite and the weights stayed
 * @param tokens of the updates
 * @param trainLoss mean loss of the updates' last steps, nats per token
 */
public record RoundRecord(
        String format,
        String run,
        int round,
        Recipe recipe,
        long tokensBefore,
        Files before,
        List<Update> updates,
        List<Earlier> earlier,
        List<Correction> corrections,
        @Nullable Files after,
        long tokens,
        double trainLoss) {
    /**
     * Goes up whenever the same updates come to other weights. 4: sketches of updates of more than two million values are of a part of them,
     * and in rounds of several slices strays are told within a slice.
     */
    public static final String FORMAT = "decentralizedai.round.4";

    private static final JsonMapper JSON = JsonMapper.shared();

    /**
     * SHA-256 of what lies under {@code /shards/}.
     *
     * @param checkpoint of the whole safetensors file
     * @param manifest blob that names the file's pieces
     * @param momentum manifest of the outer momentum; null for zeros
     * @param carry manifest of what the coded step rounded away; null for zeros
     * @param delta pieces of the step that led here; null when there is none
     * @param secondMoment along which the tasks were computed; null when there is none
     */
    public record Files(
            String checkpoint,
            String manifest,
            @Nullable String momentum,
            @Nullable String carry,
            @Nullable List<String> delta,
            @Nullable Moment secondMoment) {

        static Files of(RoundFiles files) {
            var delta = files.delta();
            var moment = files.moment();
            return new Files(
                    files.checkpoint().hex(),
                    files.manifest().hex(),
                    hex(files.momentum()),
                    hex(files.carry()),
                    delta == null ? null : hex(delta.pieces()),
                    moment == null ? null : new Moment(moment.running().hex(), hex(moment.published())));
        }

        /** As it was stored; without the delta, which nothing is computed from. */
        RoundFiles stored() {
            return new RoundFiles(
                    new Sha256(manifest),
                    new Sha256(checkpoint),
                    0,
                    hash(momentum),
                    hash(carry),
                    null,
                    secondMoment == null ? null : secondMoment.stored());
        }

        private static List<String> hex(List<Sha256> hashes) {
            return hashes.stream().map(Sha256::hex).toList();
        }

        private static @Nullable Sha256 hash(@Nullable String hex) {
            return hex == null ? null : new Sha256(hex);
        }

        private static @Nullable String hex(@Nullable Sha256 hash) {
            return hash == null ? null : hash.hex();
        }
    }

    /** @param running manifest of v @param published pieces of what workers load */
    public record Moment(String running, List<String> published) {
        public Moment {
            published = List.copyOf(published);
        }

        RoundFiles.Moment stored() {
            return new RoundFiles.Moment(
                    new Sha256(running), published.stream().map(Sha256::new).toList());
        }
    }

    /**
     * @param late rounds after that of its task in which it counts, for which it weighs less
     * @param unproven whether its account was unproven when it came
     * @param fence of the lease that it came under
     * @param firstLoss of the task's first step, nats per token
     * @param part of the parameters that it holds, every {@code parts}-th
     * @param bytes of the encoded update
     * @param sha256 of the encoded update
     */
    public record Update(
            long task,
            int late,
            boolean unproven,
            long fence,
            String worker,
            int tokens,
            double firstLoss,
            double lastLoss,
            UpdateEncoding encoding,
            int part,
            int parts,
            int bytes,
            String sha256) {

        static Update of(LoggedUpdate update, boolean unproven) {
            return new Update(
                    update.lease().taskId(),
                    update.late(),
                    unproven,
                    update.lease().fence(),
                    update.worker(),
                    update.tokens(),
                    update.firstLoss(),
                    update.lastLoss(),
                    update.encoding(),
                    update.slice().part(),
                    update.slice().parts(),
                    update.encoded().length(),
                    Digests.of(update.encoded().array()).hex());
        }

        /** The same of an account that was unproven, or not. */
        Update with(boolean unproven) {
            return new Update(
                    task, late, unproven, fence, worker, tokens, firstLoss, lastLoss, encoding, part, parts, bytes,
                    sha256);
        }

        /** @param round in which it counts. @param content the encoded update, which should have the hash */
        LoggedUpdate logged(int round, byte[] content) {
            return new LoggedUpdate(
                    round - late,
                    late,
                    new Lease(task, fence),
                    worker,
                    tokens,
                    firstLoss,
                    lastLoss,
                    encoding,
                    new Slice(part, parts),
                    null,
                    new Bytes(content));
        }
    }

    /** An update of an earlier round. @param place in the record of that round */
    public record Earlier(int round, int place, Update update) {}

    /** A liar's update. @param share factor that it had in its round's mean */
    public record Correction(Earlier of, double share) {}

    public RoundRecord {
        updates = List.copyOf(updates);
        earlier = List.copyOf(earlier);
        corrections = List.copyOf(corrections);
    }

    /**
     * @throws IllegalArgumentException with a sentence for people when it is of another format: the same updates come to another step there
     * @throws RuntimeException of Jackson's when it is no record
     */
    public static RoundRecord read(byte[] json) {
        String format = JSON.readTree(json).path("format").asString("none");
        if (!FORMAT.equals(format))
            throw new IllegalArgumentException("this version computes rounds of the format " + FORMAT
                    + ", and the record is of " + format + ": verify it with the version that closed the round");
        return JSON.readValue(json, RoundRecord.class);
    }

    byte[] json() {
        return JSON.writeValueAsBytes(this);
    }
}
