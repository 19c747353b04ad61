package org.decentralizedai.wire;

import java.util.Arrays;

/** Bytes in a record: equal by content. The array is not copied; whoever hands it over stops writing to it. */
public final class Bytes {
    private final byte[] array;

    public Bytes(byte[] array) {
        this.array = array;
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
