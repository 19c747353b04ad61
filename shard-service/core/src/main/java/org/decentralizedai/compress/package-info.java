/**
 * How an update (a pseudo-gradient, one number per parameter) becomes bytes and back. Pure and TeaVM-safe. Start reading at
 * {@link UpdateCodec}.
 */
@NullMarked
package org.decentralizedai.compress;

import org.jspecify.annotations.NullMarked;
