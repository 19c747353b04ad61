package org.decentralizedai.server.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses that share their first bits, e.g. 10.0.0.0/8; without a slash, one address. */
record AddressRange(InetAddress base, int bits) {

    /** @throws IllegalArgumentException unless it is a literal address with an optional prefix length */
    static AddressRange parse(String text) {
        String[] parts = text.split("/", 2);
        var base = literal(parts[0]);
        int length = base.getAddress().length * 8;
        int bits = parts.length == 1 ? length : Integer.parseInt(parts[1]);
        if (bits < 0 || bits > length) throw new IllegalArgumentException("prefix must be 0.." + length + ": " + text);
        return new AddressRange(base, bits);
    }

    static InetAddress literal(String text) {
        if (!text.matches("[0-9a-fA-F:.]+") || !text.matches(".*[.:].*"))
            throw new IllegalArgumentException("must be an IP address: " + text);
        try {
            return InetAddress.getByName(text); // a literal: asks no name server
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("must be an IP address: " + text, e);
        }
    }

    boolean contains(InetAddress address) {
        byte[] a = base.getAddress(), b = address.getAddress();
        if (a.length != b.length) return false;
        for (int bit = 0; bit < bits; bit++) {
            int mask = 128 >> bit % 8;
            if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) return false;
        }
        return true;
    }
}
