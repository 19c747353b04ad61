package org.decentralizedai.server.credit;

import java.time.Clock;
import java.util.Optional;
import org.decentralizedai.server.state.Database;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * How accounts call themselves and which team they are in. An account exists from its first accepted task on, which is what a
 * name or a team costs. Credit that was earned in a team stays with the team when its earner leaves.
 */
public final class Accounts {
    /** @param name as it was written when the team was founded */
    public record Team(long id, String name) {}

    /**
     * @param name null: has not said
     * @param sinceMillis of the first accepted task
     */
    public record Profile(@Nullable String name, @Nullable Team team, long sinceMillis) {}

    private final Jdbi jdbi;
    private final Clock clock;

    public Accounts(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    /** Empty before the first accepted task. */
    public Optional<Profile> find(String account) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select a.name, a.first_at, t.id, t.name from credit_account a left join team t on t.id = a.team
                        where a.id = :id""")
                .bind("id", account)
                .map((row, _) -> new Profile(
                        row.getString(1),
                        row.getString(4) == null ? null : new Team(row.getLong(3), row.getString(4)),
                        row.getLong(2)))
                .findOne());
    }

    /** @param name null: none any more; false when there is no such account */
    public boolean rename(String account, @Nullable PublicName name) {
        return jdbi.withHandle(handle -> handle.execute(
                        "update credit_account set name = ? where id = ?", name == null ? null : name.text(), account)
                == 1);
    }

    /** Founds a team and joins it; empty when another team has that name. */
    public Optional<Team> found(String account, PublicName name) {
        return jdbi.inTransaction(handle -> {
            int founded = handle.execute("""
                    insert into team (name, name_key, founder, founded_at, earned, tasks) values (?, ?, ?, ?, 0, 0)
                    on conflict do nothing""", name.text(), name.key(), account, clock.millis());
            if (founded == 0) return Optional.<Team>empty();
            return joined(handle, account, name);
        });
    }

    /** Leaves the team before; empty when no team has that name. */
    public Optional<Team> join(String account, PublicName name) {
        return jdbi.inTransaction(handle -> joined(handle, account, name));
    }

    private static Optional<Team> joined(Handle handle, String account, PublicName name) {
        var team = handle.createQuery("select id, name from team where name_key = :key")
                .bind("key", name.key())
                .map((row, _) -> new Team(row.getLong(1), row.getString(2)))
                .findOne();
        team.ifPresent(found -> handle.execute("update credit_account set team = ? where id = ?", found.id(), account));
        return team;
    }

    public void leave(String account) {
        jdbi.useHandle(handle -> handle.execute("update credit_account set team = null where id = ?", account));
    }
}
