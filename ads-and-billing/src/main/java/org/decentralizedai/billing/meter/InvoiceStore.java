package org.decentralizedai.billing.meter;

import java.time.YearMonth;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Jdbi;

/** Draws invoices up from the requests that were settled. Thread-safe. */
public final class InvoiceStore {
    private static final long DAY = TimeUnit.DAYS.toMillis(1);

    private final Jdbi jdbi;

    public InvoiceStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Without lines when nothing was used. */
    public Invoice of(String customer, YearMonth month) {
        return jdbi.withHandle(handle -> new Invoice(
                customer,
                month,
                handle.createQuery("""
                        select model, api_key, input_price, output_price, count(*), sum(prompt_tokens), sum(sent_tokens), sum(cost)
                        from metered_request where customer = :customer and ending in ('COMPLETE', 'CUT')
                        and began_at >= :from and began_at < :to
                        group by model, api_key, input_price, output_price order by model, api_key, input_price, output_price""")
                        .bind("customer", customer)
                        .bind("from", month.atDay(1).toEpochDay() * DAY)
                        .bind("to", month.plusMonths(1).atDay(1).toEpochDay() * DAY)
                        .map((row, _) -> new Invoice.Line(
                                row.getString(1),
                                row.getString(2),
                                new Price(row.getLong(3), row.getLong(4)),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8)))
                        .list()));
    }
}
