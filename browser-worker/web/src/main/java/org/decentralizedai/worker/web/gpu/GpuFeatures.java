package org.decentralizedai.worker.web.gpu;

/**
 * What a device has beyond the WebGPU that every device has.
 *
 * @param software a CPU stands in for a GPU
 * @param halves 16-bit floating point in shaders ({@code shader-f16})
 * @param subgroups whether lanes can hand values to each other
 * @param lanes of a subgroup, where all are of one size; else 0
 */
record GpuFeatures(boolean software, boolean halves, boolean subgroups, int lanes) {}
