package org.decentralizedai.browser;

import io.javalin.Javalin;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.server.chat.BillingSettings;
import org.decentralizedai.server.chat.ChatRoutes;
import org.decentralizedai.server.chat.ChatSettings;
import org.decentralizedai.server.chat.ServedCheckpoint;
import org.decentralizedai.server.state.Database;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.checkpoint.CheckpointStore;
import org.decentralizedai.store.tokenizer.ByteTokenizer;

/** The chat's routes on port 0 over a real checkpoint with random weights, so that no test waits for training. */
final class ChatFixture implements AutoCloseable {
    static final String MODEL = "nano-random";
    private static final int BYTES = 256;

    final ServedCheckpoint checkpoint;
    final Billing billing;
    private final Database database;
    private final ChatRoutes routes;
    private final Javalin javalin;

    ChatFixture(Path folder) {
        checkpoint = checkpoint(folder);
        database = Database.open("jdbc:h2:mem:" + UUID.randomUUID()
                + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1");
        billing = new Billing(database.jdbi(), Clock.systemUTC(), database::sync);
        routes = new ChatRoutes(
                () -> Optional.of(checkpoint),
                new ByteTokenizer(),
                ChatSettings.defaults(),
                billing,
                BillingSettings.defaults());
        javalin = Javalin.start(config -> {
            config.startup.showJavalinBanner = false;
            config.jetty.port = 0;
            routes.register(config.routes);
        });
    }

    private static ServedCheckpoint checkpoint(Path folder) {
        var config = ModelConfig.nano();
        var checkpoints = new CheckpointStore(new FolderBlobStore(folder));
        var written = checkpoints.write(config, randomWeights(config), Map.of());
        return new ServedCheckpoint(
                MODEL,
                written.hash(),
                3,
                Instant.ofEpochSecond(1_700_000_000),
                config,
                () -> checkpoints.weights(written, config));
    }

    /** Of a model that prefers some tokens to others, and ends its text hardly ever. */
    static float[] randomWeights(ModelConfig config) {
        float[] weights = Initializer.weights(ParameterLayout.of(config), 1);
        for (int i = 0; i < weights.length; i++) weights[i] *= 3; // freshly initialised logits are all alike
        Arrays.fill(
                weights,
                BYTES * config.hidden(),
                config.vocabulary() * config.hidden(),
                0); // specials are never likeliest
        return weights;
    }

    String url() {
        return "http://localhost:" + javalin.port();
    }

    @Override
    public void close() {
        routes.close();
        javalin.stop();
        billing.close();
        database.close();
    }
}
