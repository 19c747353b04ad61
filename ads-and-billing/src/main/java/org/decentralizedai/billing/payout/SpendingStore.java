package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.decentralizedai.billing.payout.PoolMessages.Spent;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** The postings that this server has prepared for the quorum: the contract keeps their hash only. Thread-safe. */
public final class SpendingStore {
    private static final JsonMapper JSON = JsonMapper.builder()
            .addModule(new SimpleModule().addSerializer(BigInteger.class, ToStringSerializer.instance))
            .build();

    /**
     * @param postings in the order of their accounts
     * @param hash of them, as it is signed
     * @param proposedIn transaction; null: not yet, or not by this server
     * @param appliedIn likewise
     */
    public record Spending(
            long number,
            List<Spent> postings,
            String hash,
            long preparedAtMillis,
            @Nullable String proposedIn,
            @Nullable String appliedIn) {}

    private final Jdbi jdbi;
    private final Clock clock;

    public SpendingStore(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** What is prepared under a number stays, since somebody may have signed it. */
    public Spending prepare(long number, List<Spent> postings) {
        jdbi.useHandle(handle -> handle.execute(
                "insert into payout_spending (number, postings, hash, prepared_at) values (?, ?, ?, ?) on conflict do nothing",
                number,
                JSON.writeValueAsString(postings),
                PoolMessages.hash(postings),
                clock.millis()));
        return find(number).orElseThrow();
    }

    public OptionalLong newest() {
        return jdbi.withHandle(handle -> handle.createQuery("select max(number) from payout_spending")
                .map((row, _) -> row.getObject(1) == null ? OptionalLong.empty() : OptionalLong.of(row.getLong(1)))
                .one());
    }

    public Optional<Spending> find(long number) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select number, postings, hash, prepared_at, proposed_in, applied_in from payout_spending where number = :number")
                .bind("number", number)
                .map((row, _) -> new Spending(
                        row.getLong(1),
                        JSON.readValue(row.getString(2), new TypeReference<List<Spent>>() {}),
                        row.getString(3),
                        row.getLong(4),
                        row.getString(5),
                        row.getString(6)))
                .findOne());
    }

    public void proposed(long number, String transaction) {
        jdbi.useHandle(handle ->
                handle.execute("update payout_spending set proposed_in = ? where number = ?", transaction, number));
    }

    public void applied(long number, String transaction) {
        jdbi.useHandle(handle ->
                handle.execute("update payout_spending set applied_in = ? where number = ?", transaction, number));
    }
}
