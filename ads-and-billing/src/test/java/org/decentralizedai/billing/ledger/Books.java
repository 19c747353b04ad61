package org.decentralizedai.billing.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.jdbi.v3.core.Jdbi;

/** What must be true of the tables whatever happened. */
public final class Books {
    private Books() {}

    /** The kept amounts are what the entries say; each posting sums to zero; only sources are below zero. */
    public static void check(Jdbi jdbi) {
        jdbi.useHandle(handle -> {
            assertThat(handle.createQuery("""
                            select count(*) from ledger_account a where a.amount <> (
                              select coalesce(sum(e.amount), 0) from ledger_entry e where e.account = a.id)
                            or a.entries <> (select count(*) from ledger_entry e where e.account = a.id)""").mapTo(Integer.class).one())
                    .as("amounts that are not the sum of their entries")
                    .isZero();
            assertThat(handle.createQuery(
                                    "select sum(amount) from ledger_entry group by posting having sum(amount) <> 0")
                            .mapTo(BigDecimal.class)
                            .list())
                    .isEmpty();
            assertThat(handle.createQuery("""
                            select id from ledger_account where amount < 0
                            and kind not in ('GRANTS', 'REFUNDS', 'CHAIN', 'SOLD', 'LOST')""").mapTo(String.class).list()).isEmpty();
        });
    }
}
