package org.decentralizedai.worker;

/**
 * What a task may take of a device.
 *
 * @param bytes of all buffers together
 * @param bufferBytes of one buffer
 */
public record DeviceMemory(long bytes, long bufferBytes) {
    /**
     * What nearly every machine with WebGPU can spare, and WebGPU's default {@code maxStorageBufferBindingSize}, which every
     * adapter has.
     */
    public static final DeviceMemory MODEST = new DeviceMemory(1_500_000_000, 128 << 20);
}
