package org.decentralizedai.kernels;

/** A device that can't go on: out of memory, lost, or a kernel it refuses to compile. */
public class KernelException extends RuntimeException {
    public KernelException(String message) {
        super(message);
    }
}
