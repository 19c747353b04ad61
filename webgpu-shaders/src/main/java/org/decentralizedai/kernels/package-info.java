/**
 * The operations a Llama-style decoder is made of, forward and backward. {@link Kernels} is the interface both sides code
 * to; {@link ReferenceKernels} is its plain-Java truth in double precision; the WGSL files under {@code /shaders} are the
 * same operations for a GPU. TeaVM-safe: no threads, files, reflection or clocks. Start reading at {@link Kernels}.
 */
@NullMarked
package org.decentralizedai.kernels;

import org.jspecify.annotations.NullMarked;
