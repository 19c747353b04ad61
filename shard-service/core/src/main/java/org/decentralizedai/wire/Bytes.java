package org.decentralizedai.wire;

import java.util.Arrays;
import java.util.List;

/** Bytes in a record: equal by content. The array is not copied; whoever hands it over stops writing to it. */
public final class Bytes {
    private final byte[] array;

    public Bytes(byte[] array) {
        this.array = array;
    }

    /** One after the other; a single part is not copied. */
    public static byte[] joined(List<Bytes> parts) {
        if (parts.size() == 1) return parts.getFirst().array;
        int length = 0;
        for (Bytes part : parts) length = Math.addExact(length, part.length());
        byte[] all = new byte[length];
        int at = 0;
        for (Bytes part : parts) {
            System.arraycopy(part.array, 0, all, at, part.length());
            at += part.length();
        }
        return all;
    }

    public byte[] array() {
        return array;
    }

    public int length() {
        return array.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && Arrays.equals(array, bytes.array);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(array);
    }

    @Override
    public String toString() {
        return array.length + " bytes";
    }
}
