package org.decentralizedai.server.credit;

import java.time.Clock;
import org.decentralizedai.server.state.Database;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Who has earned most, since the run began or in the newest 24 hours that have begun. Held credit counts, forfeited does not. */
public final class Leaderboard {
    /** Over which time. */
    public enum Period {
        ALL,
        DAY
    }

    /**
     * @param rank from 1; those with equal credit are ordered by their id
     * @param name null: has not said
     * @param team null: in none
     */
    public record Person(
            long rank,
            String id,
            @Nullable String name,
            @Nullable String team,
            long microCredits,
            long tasks) {}

    /** @param members now */
    public record TeamRow(long rank, long id, String name, long members, long microCredits, long tasks) {}

    private static final int HOURS = 24;
    private static final String PEOPLE_OF_ALL_TIME = "select id, earned, tasks from credit_account where earned > 0";
    private static final String PEOPLE_OF_DAY = """
            select account as id, sum(earned) as earned, sum(tasks) as tasks from credit_hour where hours > :since
            group by account having sum(earned) > 0""";
    private static final String TEAMS_OF_ALL_TIME = "select id, earned, tasks from team where earned > 0";
    private static final String TEAMS_OF_DAY = """
            select team as id, sum(earned) as earned, sum(tasks) as tasks from credit_hour
            where hours > :since and team <> 0 group by team having sum(earned) > 0""";

    private final Jdbi jdbi;
    private final Clock clock;

    public Leaderboard(Database database, Clock clock) {
        this.jdbi = database.jdbi();
        this.clock = clock;
    }

    public Page<Person> people(Period period, Page.Request part) {
        return page(
                period == Period.ALL ? PEOPLE_OF_ALL_TIME : PEOPLE_OF_DAY,
                """
                select %s, a.name, t.name as team from (%s) s join credit_account a on a.id = s.id
                left join team t on t.id = a.team order by place""",
                part,
                (row, _) -> new Person(
                        row.getLong("place"),
                        row.getString("id"),
                        row.getString("name"),
                        row.getString("team"),
                        row.getLong("earned"),
                        row.getLong("tasks")));
    }

    public Page<TeamRow> teams(Period period, Page.Request part) {
        return page(
                period == Period.ALL ? TEAMS_OF_ALL_TIME : TEAMS_OF_DAY,
                """
                select %s, t.name, (select count(*) from credit_account a where a.team = s.id) as members
                from (%s) s join team t on t.id = s.id order by place""",
                part,
                (row, _) -> new TeamRow(
                        row.getLong("place"),
                        row.getLong("id"),
                        row.getString("name"),
                        row.getLong("members"),
                        row.getLong("earned"),
                        row.getLong("tasks")));
    }

    /** @param sums who has earned anything; @param rows what is shown of a page of them */
    private <T> Page<T> page(String sums, String rows, Page.Request part, RowMapper<T> mapper) {
        String wanted = sums + " order by earned desc, id limit :size offset :from";
        String numbered = "cast(:from as bigint) + row_number() over (order by s.earned desc, s.id) as place, s.*";
        return jdbi.inTransaction(handle -> {
            long total = since(handle.createQuery("select count(*) from (" + sums + ") s"), sums)
                    .mapTo(Long.class)
                    .one();
            var shown = since(handle.createQuery(rows.formatted(numbered, wanted)), sums)
                    .bind("size", part.size())
                    .bind("from", part.offset())
                    .map(mapper)
                    .list();
            return part.of(total, shown);
        });
    }

    private Query since(Query query, String sums) {
        return sums.contains(":since") ? query.bind("since", CreditSums.hours(clock.millis()) - HOURS) : query;
    }
}
