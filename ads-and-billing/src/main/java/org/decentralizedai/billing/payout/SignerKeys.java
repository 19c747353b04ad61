package org.decentralizedai.billing.payout;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.web3j.crypto.Credentials;

/** The keys of those of the contract's signers that this server signs for, in the order of their addresses. Prints no key. */
public final class SignerKeys {
    private static final Pattern KEY = Pattern.compile("(0x)?[0-9a-fA-F]{64}");

    private final List<Credentials> keys;

    private SignerKeys(List<Credentials> keys) {
        this.keys =
                keys.stream().sorted(Comparator.comparing(SignerKeys::address)).toList();
    }

    /** @param file with a private key, 64 hex digits, a line; those that are empty or begin with # are left out; null: no keys */
    public static SignerKeys read(@Nullable Path file) {
        if (file == null) return new SignerKeys(List.of());
        try {
            var lines = Files.readAllLines(file).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
            if (!lines.stream().allMatch(line -> KEY.matcher(line).matches()))
                throw new IllegalArgumentException("not every line of " + file + " is a key of 64 hex digits");
            return of(lines.stream().map(Credentials::create).toList());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the signers' keys " + file, e);
        }
    }

    public static SignerKeys of(List<Credentials> keys) {
        return new SignerKeys(keys);
    }

    static String address(Credentials key) {
        return key.getAddress().toLowerCase(Locale.ROOT);
    }

    List<Credentials> all() {
        return keys;
    }

    /** In small letters. */
    public List<String> addresses() {
        return keys.stream().map(SignerKeys::address).toList();
    }

    @Override
    public String toString() {
        return addresses().toString();
    }
}
