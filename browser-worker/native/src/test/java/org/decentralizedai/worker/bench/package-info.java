/**
 * {@code bin/bench native}: our kernels against OpenBLAS, and a training step against PyTorch, in turn within one run. Start
 * reading at {@link NativeBenchmark}. {@code bin/bench codec}: what updates cost to encode and to add; see {@link CodecBenchmark}.
 */
@NullMarked
package org.decentralizedai.worker.bench;

import org.jspecify.annotations.NullMarked;
