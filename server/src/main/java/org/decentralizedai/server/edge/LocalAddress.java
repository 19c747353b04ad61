package org.decentralizedai.server.edge;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** What can be told from the text of an address. Asks no name server. */
public final class LocalAddress {
    private static final int HOUSEHOLD_BYTES = 8, SITE_BYTES = 6, SUBNET_BYTES = 3;

    private LocalAddress() {}

    /** Whether it is of this machine: something started beside the server, or a proxy that does not say whom it speaks for. */
    public static boolean is(String address) {
        return parsed(address).map(InetAddress::isLoopbackAddress).orElse(false);
    }

    /** The address, or its first 64 bits when it is of IPv6: one household has 2^64 of them. */
    public static String household(String address) {
        return parsed(address)
                .filter(Inet6Address.class::isInstance)
                .map(v6 -> HexFormat.of().formatHex(v6.getAddress(), 0, HOUSEHOLD_BYTES) + "/64")
                .orElse(address);
    }

    /** The network that it is in, as coarsely as visitors are told apart: 192.0.2.0/24, or the first 48 bits of IPv6. */
    public static String network(String address) {
        return parsed(address)
                .map(literal -> {
                    int kept = literal instanceof Inet6Address ? SITE_BYTES : SUBNET_BYTES;
                    byte[] bytes = literal.getAddress();
                    Arrays.fill(bytes, kept, bytes.length, (byte) 0);
                    return written(bytes) + "/" + kept * Byte.SIZE;
                })
                .orElse(address);
    }

    private static String written(byte[] address) {
        try {
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("it has as many bytes as before", e);
        }
    }

    private static Optional<InetAddress> parsed(String address) {
        try {
            return Optional.of(InetAddress.ofLiteral(
                    address.startsWith("[") ? address.substring(1, address.length() - 1) : address));
        } catch (IllegalArgumentException e) { // "unknown" and the like
            return Optional.empty();
        }
    }
}
