package org.decentralizedai.kernels;

/** Memory of one device. Only the {@link Kernels} that allocated it can look inside. */
public interface Storage {
    /** Number of 32-bit elements (of 64-bit ones in the reference). */
    int length();
}
