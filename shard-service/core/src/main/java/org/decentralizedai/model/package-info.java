/**
 * A Llama-style decoder: its configuration, its parameters with Hugging Face's names, and forward and backward written once
 * over {@link org.decentralizedai.kernels.Kernels}. TeaVM-safe. Start reading at {@link Decoder}.
 */
@NullMarked
package org.decentralizedai.model;

import org.jspecify.annotations.NullMarked;
