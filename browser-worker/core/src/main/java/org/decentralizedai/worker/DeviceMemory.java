package org.decentralizedai.worker;

/**
 * What a task may take of a device.
 *
 * @param bytes of all buffers together
 * @param bufferBytes of one buffer
 */
public record DeviceMemory(long bytes, long bufferBytes) {
    /** WebGPU's default {@code maxStorageBufferBindingSize}: every adapter has it. */
    public static final long DEFAULT_BUFFER_BYTES = 128L << 20;
}
