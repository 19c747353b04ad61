package org.decentralizedai.server.http;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Enumeration;
import java.util.Iterator;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.RoundLedger;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.checkpoint.Checkpoint;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.decentralizedai.wire.Sha256;

/**
 * {@code GET /api/checkpoints} lists what is stored; {@code GET /api/checkpoints/{hash}/{file}} downloads model.safetensors,
 * config.json or tokenizer.json of one, as Hugging Face's libraries read them.
 */
public final class CheckpointRoutes implements Routes {
    /** One that can be downloaded. */
    record Entry(int round, String checkpoint, long bytes) {}

    private final RoundLedger rounds;
    private final BlobStore blobs;
    private final CheckpointStore checkpoints;
    private final ModelConfig model;
    private final Tokenizer tokenizer;

    public CheckpointRoutes(RoundLedger rounds, BlobStore blobs, ModelConfig model, Tokenizer tokenizer) {
        this.rounds = rounds;
        this.blobs = blobs;
        this.checkpoints = new CheckpointStore(blobs);
        this.model = model;
        this.tokenizer = tokenizer;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/checkpoints",
                context -> context.json(rounds.stored().stream()
                        .map(r -> new Entry(
                                r.number(),
                                r.files().checkpoint().hex(),
                                r.files().bytes()))
                        .toList()));
        routes.get("/api/checkpoints/{hash}/{file}", this::download);
    }

    private void download(Context context) {
        var checkpoint = find(context.pathParam("hash"));
        context.header("ETag", '"' + checkpoint.hash().hex() + '"');
        context.header("Cache-Control", "public, max-age=31536000, immutable");
        switch (context.pathParam("file")) {
            case "config.json" ->
                context.contentType("application/json").result(ModelConfigJson.write(model, tokenizer.endOfText()));
            case "tokenizer.json" -> context.contentType("application/json").result(tokenizer.tokenizerJson());
            case "model.safetensors" -> {
                context.res().setContentLengthLong(checkpoint.bytes());
                context.contentType("application/octet-stream").result(stream(checkpoint));
            }
            default -> throw missing();
        }
    }

    private Checkpoint find(String hash) {
        if (!Sha256.isHex(hash)) throw missing();
        return rounds.stored().stream()
                .filter(round -> round.files().checkpoint().hex().equals(hash))
                .findFirst()
                .map(round -> round.files().manifest())
                .map(checkpoints::read)
                .orElseThrow(CheckpointRoutes::missing);
    }

    private static RequestException missing() {
        return new RequestException(
                RequestException.Code.NOT_FOUND,
                "no such checkpoint is stored: see /api/checkpoints for those that are");
    }

    /** One piece in memory at a time. */
    private InputStream stream(Checkpoint checkpoint) {
        Iterator<Sha256> pieces = checkpoint.pieces().iterator();
        return new SequenceInputStream(new Enumeration<>() {
            @Override
            public boolean hasMoreElements() {
                return pieces.hasNext();
            }

            @Override
            public InputStream nextElement() {
                return new ByteArrayInputStream(blobs.get(pieces.next()));
            }
        });
    }
}
