/**
 * A Llama-style decoder: its configuration, its parameters with Hugging Face's names, and forward and backward written once
 * over {@link org.decentralizedai.kernels.Kernels}; {@link Generation} is forward again, a token at a time. TeaVM-safe. Start
 * reading at {@link Decoder}.
 */
@NullMarked
package org.decentralizedai.model;

import org.jspecify.annotations.NullMarked;
