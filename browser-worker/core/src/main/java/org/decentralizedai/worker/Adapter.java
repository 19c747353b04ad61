package org.decentralizedai.worker;

/**
 * What computes.
 *
 * @param software a renderer on the CPU
 * @param gigaflops measured f32 matrix product speed
 * @param maxStorageBytes greatest storage buffer binding
 */
public record Adapter(
        String description,
        String vendor,
        String architecture,
        boolean software,
        double gigaflops,
        long maxStorageBytes) {}
