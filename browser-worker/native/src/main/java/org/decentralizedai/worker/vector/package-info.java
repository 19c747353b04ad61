/**
 * The operations of {@link org.decentralizedai.kernels.Kernels} on a JVM's CPU, with the JDK's Vector API on all cores. Start
 * reading at {@link VectorKernels}; the matrix product is {@link Gemm}.
 */
@NullMarked
package org.decentralizedai.worker.vector;

import org.jspecify.annotations.NullMarked;
