package org.decentralizedai.billing.key;

import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Jdbi;

/** Thread-safe. */
public final class CustomerStore {
    private static final int LONGEST_NAME = 80;

    private final Jdbi jdbi;
    private final Clock clock;
    private final RandomGenerator random;

    public CustomerStore(Jdbi jdbi, Clock clock, RandomGenerator random) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.random = random;
    }

    /** @throws IllegalArgumentException unless the name has 1 to 80 characters */
    public Customer open(String name) {
        var customer = new Customer(randomId("acct_", random), checkedName(name), clock.millis());
        jdbi.useHandle(handle -> handle.execute(
                "insert into customer (id, name, created_at) values (?, ?, ?)",
                customer.id(),
                customer.name(),
                customer.createdAtMillis()));
        return customer;
    }

    static String checkedName(String name) {
        String stripped = name.strip();
        if (stripped.isEmpty() || stripped.length() > LONGEST_NAME)
            throw new IllegalArgumentException("a name must have 1 to " + LONGEST_NAME + " characters");
        return stripped;
    }

    static String randomId(String prefix, RandomGenerator random) {
        byte[] bytes = new byte[10];
        random.nextBytes(bytes);
        return prefix + HexFormat.of().formatHex(bytes);
    }

    public Optional<Customer> find(String id) {
        return jdbi.withHandle(handle -> handle.createQuery("select id, name, created_at from customer where id = :id")
                .bind("id", id)
                .map((row, _) -> new Customer(row.getString(1), row.getString(2), row.getLong(3)))
                .findOne());
    }
}
