package org.decentralizedai.server.credit;

import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;

/** Keeps the sums by hour and by team; called in the commit that writes the entries, with the account's row locked. */
final class CreditSums {
    /** In place of a team in entries and hours. */
    static final long NO_TEAM = 0;

    private CreditSums() {}

    /** Whole hours since 1970. */
    static long hours(long millis) {
        return Math.floorDiv(millis, TimeUnit.HOURS.toMillis(1));
    }

    /** @param tasks how many more, or fewer when negative, as {@code microCredits} */
    static void add(Handle handle, String account, long team, long grantedAtMillis, long microCredits, int tasks) {
        addToHour(handle, account, team, hours(grantedAtMillis), microCredits, tasks);
        if (team != NO_TEAM)
            handle.execute(
                    "update team set earned = earned + ?, tasks = tasks + ? where id = ?", microCredits, tasks, team);
    }

    private static void addToHour(Handle handle, String account, long team, long hours, long microCredits, int tasks) {
        int known = handle.execute(
                "update credit_hour set earned = earned + ?, tasks = tasks + ? where account = ? and hours = ? and team = ?",
                microCredits,
                tasks,
                account,
                hours,
                team);
        if (known == 0)
            handle.execute(
                    "insert into credit_hour (hours, account, team, earned, tasks) values (?, ?, ?, ?, ?)",
                    hours,
                    account,
                    team,
                    microCredits,
                    tasks);
    }
}
