package org.decentralizedai.worker.web.gpu;

/**
 * What a device has beyond the WebGPU that every device has.
 *
 * @param halves 16-bit floating point in shaders ({@code shader-f16})
 * @param lanes of a subgroup, where the device has subgroups and all of one size; else 0
 */
record GpuFeatures(boolean halves, int lanes) {}
