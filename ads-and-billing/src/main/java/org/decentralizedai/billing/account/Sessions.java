package org.decentralizedai.billing.account;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.decentralizedai.billing.key.OpenAccount;
import org.jdbi.v3.core.Jdbi;

/** The browsers that are signed in. They stay so over a restart of the server. Thread-safe. */
public final class Sessions {
    private static final long USE_NOTED_EVERY = TimeUnit.MINUTES.toMillis(5);

    /**
     * @param idle without any use, after which a session ends
     * @param whole after which it ends in any case
     */
    public record Lifetime(Duration idle, Duration whole) {
        /** A week and a month. */
        public static final Lifetime USUAL = new Lifetime(Duration.ofDays(7), Duration.ofDays(30));

        public Lifetime {
            if (idle.toMillis() <= USE_NOTED_EVERY || whole.compareTo(idle) < 0)
                throw new IllegalArgumentException(
                        "a session must live for more than 5 minutes, idle, and whole for no less: " + idle + ", "
                                + whole);
        }
    }

    private record Found(String customer, long openedAt, long usedAt) {}

    private final Jdbi jdbi;
    private final Clock clock;
    private final RandomGenerator random;
    private final Lifetime lifetime;

    /** @param random a secure one, outside of tests */
    public Sessions(Jdbi jdbi, Clock clock, RandomGenerator random, Lifetime lifetime) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.random = random;
        this.lifetime = lifetime;
    }

    /**
     * Opens a session for a browser; also forgets those that have ended.
     *
     * @throws OpenAccount.Gone when there is no such account any more
     */
    public SessionToken open(String account) {
        var token = SessionToken.generate(random);
        long now = clock.millis();
        jdbi.useTransaction(handle -> {
            OpenAccount.hold(handle, account);
            handle.execute(
                    "delete from account_session where used_at <= ? or opened_at <= ?",
                    now - lifetime.idle().toMillis(),
                    now - lifetime.whole().toMillis());
            handle.execute(
                    "insert into account_session (hash, customer, opened_at, used_at) values (?, ?, ?, ?)",
                    token.hash(),
                    account,
                    now,
                    now);
        });
        return token;
    }

    /** The account that the browser with this token is signed in to; its use is noted. */
    public Optional<String> account(SessionToken token) {
        long now = clock.millis();
        var found = jdbi.withHandle(handle -> handle.createQuery(
                        "select customer, opened_at, used_at from account_session where hash = :hash")
                .bind("hash", token.hash())
                .map((row, _) -> new Found(row.getString(1), row.getLong(2), row.getLong(3)))
                .findOne());
        if (found.isEmpty() || ended(found.get(), now)) return Optional.empty();
        if (now - found.get().usedAt() >= USE_NOTED_EVERY)
            jdbi.useHandle(handle ->
                    handle.execute("update account_session set used_at = ? where hash = ?", now, token.hash()));
        return Optional.of(found.get().customer());
    }

    private boolean ended(Found session, long now) {
        return now - session.usedAt() >= lifetime.idle().toMillis()
                || now - session.openedAt() >= lifetime.whole().toMillis();
    }

    /** Signs this browser out, at once. */
    public void close(SessionToken token) {
        jdbi.useHandle(handle -> handle.execute("delete from account_session where hash = ?", token.hash()));
    }

    /** Signs all browsers of the account out, at once. */
    public void closeAll(String account) {
        jdbi.useHandle(handle -> handle.execute("delete from account_session where customer = ?", account));
    }

    /** Signs all browsers of the account out, at once, but the one with this token. */
    public void closeOthers(String account, SessionToken kept) {
        jdbi.useHandle(handle ->
                handle.execute("delete from account_session where customer = ? and hash <> ?", account, kept.hash()));
    }

    public Lifetime lifetime() {
        return lifetime;
    }
}
