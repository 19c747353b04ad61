package org.decentralizedai.billing.key;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a key is good for. */
public enum Scope {
    /** Asking models, for money. */
    INFERENCE,
    /** Reading usage, balance and bookings. */
    USAGE;

    /** Separated by spaces. */
    static String written(Set<Scope> scopes) {
        return scopes.stream()
                .sorted()
                .map(scope -> scope.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
    }

    /** @throws IllegalArgumentException for an unknown one, or for none */
    public static Set<Scope> read(String written) {
        if (written.isBlank()) throw new IllegalArgumentException("a key must be good for something");
        return Arrays.stream(written.strip().split("\\s+"))
                .map(name -> valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.collectingAndThen(
                        Collectors.toCollection(() -> EnumSet.noneOf(Scope.class)), Collections::unmodifiableSet));
    }
}
