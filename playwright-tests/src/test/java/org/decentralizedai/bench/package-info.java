/**
 * {@code bin/bench gemm} and {@code bin/bench step}: the shipped worker's kernels beside other projects' in the same Chromium, on
 * the same adapter, in turn within one run. Each rival is a module of {@code playwright-tests/peers} in a page of its own. {@code
 * bin/bench update} has no rivals: an update's two ways out of the GPU. Start
 * reading at {@link GemmBenchmark}.
 */
@NullMarked
package org.decentralizedai.bench;

import org.jspecify.annotations.NullMarked;
