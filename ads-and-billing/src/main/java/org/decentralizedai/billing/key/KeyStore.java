package org.decentralizedai.billing.key;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The keys of all customers. Thread-safe. */
public final class KeyStore {
    private static final long USE_NOTED_EVERY = TimeUnit.MINUTES.toMillis(1);
    private static final String COLUMNS =
            "id, customer, name, scopes, expires_at, requests_per_minute, tokens_per_minute, hint, created_at, used_at, revoked_at";

    private final Jdbi jdbi;
    private final Clock clock;
    private final RandomGenerator random;

    /** @param random a secure one, outside of tests */
    public KeyStore(Jdbi jdbi, Clock clock, RandomGenerator random) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.random = random;
    }

    /** @throws OpenAccount.Gone when there is no such customer any more */
    public NewKey create(String customer, KeyTerms terms) {
        var text = ApiKey.generate(random);
        var key = new StoredKey(
                CustomerStore.randomId("key_", random), customer, terms, text.hint(), clock.millis(), null, null);
        jdbi.useTransaction(handle -> {
            OpenAccount.hold(handle, customer);
            handle.createUpdate("""
                        insert into api_key (id, customer, name, hash, hint, scopes, created_at, expires_at,
                        requests_per_minute, tokens_per_minute) values (:id, :customer, :name, :hash, :hint, :scopes, :now,
                        :expires, :requests, :tokens)""")
                    .bind("id", key.id())
                    .bind("customer", customer)
                    .bind("name", terms.name())
                    .bind("hash", text.hash())
                    .bind("hint", text.hint())
                    .bind("scopes", Scope.written(terms.scopes()))
                    .bind("now", key.createdAtMillis())
                    .bind("expires", terms.expiresAtMillis())
                    .bind("requests", terms.requestsPerMinute())
                    .bind("tokens", terms.tokensPerMinute())
                    .execute();
        });
        return new NewKey(key, text);
    }

    /** The key with this text, if it may be used now; its use is noted. */
    public Optional<StoredKey> admit(String text) {
        var key = ApiKey.parse(text)
                .flatMap(this::find)
                .filter(found -> !found.revoked() && !found.expired(clock.millis()));
        key.ifPresent(this::used);
        return key;
    }

    /** Also one that is expired or revoked: the caller says so. */
    public Optional<StoredKey> find(ApiKey text) {
        return one("hash", text.hash());
    }

    public Optional<StoredKey> find(String id) {
        return one("id", id);
    }

    private Optional<StoredKey> one(String column, String value) {
        return jdbi.withHandle(
                handle -> handle.createQuery("select " + COLUMNS + " from api_key where " + column + " = :value")
                        .bind("value", value)
                        .map((row, _) -> key(row))
                        .findOne());
    }

    /** Newest first, revoked ones too. */
    public List<StoredKey> of(String customer) {
        return jdbi.withHandle(handle -> handle.createQuery(
                        "select " + COLUMNS + " from api_key where customer = :customer order by created_at desc, id")
                .bind("customer", customer)
                .map((row, _) -> key(row))
                .list());
    }

    /** Notes that it was used, once a minute, so that a busy key is no contended row. */
    public void used(StoredKey key) {
        long now = clock.millis();
        var before = key.usedAtMillis();
        if (before != null && now - before < USE_NOTED_EVERY) return;
        jdbi.useHandle(handle -> handle.execute(
                "update api_key set used_at = ? where id = ? and (used_at is null or used_at <= ?)",
                now,
                key.id(),
                now - USE_NOTED_EVERY));
    }

    /** For good, at once; false when it was before, or there is none. */
    public boolean revoke(String id) {
        return jdbi.withHandle(handle -> handle.execute(
                        "update api_key set revoked_at = ? where id = ? and revoked_at is null", clock.millis(), id)
                == 1);
    }

    /** A new text for the same key, with its limits and its usage; the old text is nobody's at once. Empty when it is revoked. */
    public Optional<NewKey> rotate(String id) {
        var text = ApiKey.generate(random);
        int changed = jdbi.withHandle(handle -> handle.execute(
                "update api_key set hash = ?, hint = ? where id = ? and revoked_at is null",
                text.hash(),
                text.hint(),
                id));
        return changed == 0 ? Optional.empty() : find(id).map(key -> new NewKey(key, text));
    }

    private static StoredKey key(ResultSet row) throws SQLException {
        return new StoredKey(
                row.getString("id"),
                row.getString("customer"),
                new KeyTerms(
                        row.getString("name"),
                        Scope.read(row.getString("scopes")),
                        number(row, "expires_at"),
                        number(row, "requests_per_minute"),
                        number(row, "tokens_per_minute")),
                row.getString("hint"),
                row.getLong("created_at"),
                number(row, "used_at"),
                number(row, "revoked_at"));
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
