package org.decentralizedai.server.state;

import java.time.Clock;
import java.util.Optional;
import org.decentralizedai.wire.Sha256;
import org.jdbi.v3.core.Jdbi;

/** The run of this database. */
public final class RunLedger {
    private final Jdbi jdbi;
    private final Clock clock;

    public RunLedger(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    public Optional<Run> find() {
        return jdbi.withHandle(handle -> handle.createQuery("select * from run")
                .map((row, _) -> new Run(
                        row.getString("id"),
                        row.getString("model_name"),
                        row.getString("model"),
                        row.getString("recipe"),
                        new Sha256(row.getString("corpus")),
                        row.getLong("seed"),
                        row.getDouble("bigram_sample"),
                        row.getDouble("bigram_all"),
                        row.getBoolean("paused")))
                .findOne());
    }

    public void create(Run run) {
        jdbi.useHandle(handle -> handle.createUpdate("""
                        insert into run (id, model_name, model, recipe, corpus, seed, bigram_sample, bigram_all, paused,
                        next_task, created_at) values (:id, :name, :model, :recipe, :corpus, :seed, :sample, :all, :paused,
                        0, :now)""")
                .bind("id", run.id())
                .bind("name", run.modelName())
                .bind("model", run.model())
                .bind("recipe", run.recipe())
                .bind("corpus", run.corpus().hex())
                .bind("seed", run.seed())
                .bind("sample", run.bigramSample())
                .bind("all", run.bigramAll())
                .bind("paused", run.paused())
                .bind("now", clock.millis())
                .execute());
    }

    public void recipe(String recipe) {
        jdbi.useHandle(handle -> handle.execute("update run set recipe = ?", recipe));
    }

    public void paused(boolean paused) {
        jdbi.useHandle(handle -> handle.execute("update run set paused = ?", paused));
    }
}
