/**
 * {@code bin/bench native}: our kernels against OpenBLAS, and a training step against PyTorch, in turn within one run. Start
 * reading at {@link NativeBenchmark}.
 */
@NullMarked
package org.decentralizedai.worker.bench;

import org.jspecify.annotations.NullMarked;
