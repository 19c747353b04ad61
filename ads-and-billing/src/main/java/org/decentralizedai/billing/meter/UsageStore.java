package org.decentralizedai.billing.meter;

import java.time.LocalDate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/** What customers have used, by what was settled; requests that cost nothing since nothing was sent are left out. */
public final class UsageStore {
    private static final long DAY = TimeUnit.DAYS.toMillis(1);

    private final Jdbi jdbi;

    public UsageStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** @param last included */
    public List<UsageLine> days(String customer, LocalDate first, LocalDate last) {
        return jdbi.withHandle(handle -> handle.createQuery("""
                        select began_at / 86400000 as days, api_key, model, count(*), sum(prompt_tokens), sum(sent_tokens), sum(cost)
                        from metered_request where customer = :customer and ending in ('COMPLETE', 'CUT')
                        and began_at >= :from and began_at < :to
                        group by began_at / 86400000, api_key, model order by days, api_key, model""")
                .bind("customer", customer)
                .bind("from", first.toEpochDay() * DAY)
                .bind("to", (last.toEpochDay() + 1) * DAY)
                .map((row, _) -> new UsageLine(
                        LocalDate.ofEpochDay(row.getLong(1)),
                        row.getString(2),
                        row.getString(3),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7)))
                .list());
    }

    /** The same as a table: RFC 4180, with a header. Ids and models hold no commas, quotes or line breaks. */
    public static String csv(List<UsageLine> lines) {
        var csv = new StringBuilder("day,key,model,requests,prompt_tokens,answer_tokens,micro_credits\r\n");
        for (UsageLine line : lines)
            csv.append(line.day())
                    .append(',')
                    .append(line.key())
                    .append(',')
                    .append(line.model())
                    .append(',')
                    .append(line.requests())
                    .append(',')
                    .append(line.promptTokens())
                    .append(',')
                    .append(line.answerTokens())
                    .append(',')
                    .append(line.microCredits())
                    .append("\r\n");
        return csv.toString();
    }
}
