/**
 * Blobs by content hash and named pointers to them. Thread-safe. Start reading at {@link BlobStore}.
 */
@NullMarked
package org.decentralizedai.store.blob;

import org.jspecify.annotations.NullMarked;
