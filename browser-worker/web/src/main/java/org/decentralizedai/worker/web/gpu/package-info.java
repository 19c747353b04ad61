/**
 * WebGPU behind {@link org.decentralizedai.kernels.Kernels}. {@link GpuDevice#request} finds and describes the adapter,
 * {@link GpuKernels#open} compiles every shader for it. Compiled by TeaVM, to JavaScript and to WebAssembly GC: whatever
 * waits must run in a fiber (reached from {@code main} or from a new {@code Thread}), never in a JavaScript callback.
 * Start reading at {@link GpuKernels}.
 */
@NullMarked
package org.decentralizedai.worker.web.gpu;

import org.jspecify.annotations.NullMarked;
