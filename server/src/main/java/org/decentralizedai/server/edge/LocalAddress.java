package org.decentralizedai.server.edge;

import java.net.Inet6Address;
import java.net.InetAddress;
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

    /** The network that it is in, as coarsely as visitors are told apart: the first 24 bits, or 48 of IPv6. */
    public static String network(String address) {
        return parsed(address)
                .map(literal -> {
                    int bytes = literal instanceof Inet6Address ? SITE_BYTES : SUBNET_BYTES;
                    return HexFormat.of().formatHex(literal.getAddress(), 0, bytes) + "/" + bytes * Byte.SIZE;
                })
                .orElse(address);
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
