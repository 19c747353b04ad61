/**
 * A volunteer without a browser: the worker of {@code worker-core} on a JVM, computing with
 * {@link org.decentralizedai.worker.vector.VectorKernels} over the same protocol. Start reading at {@link NativeWorkerMain}.
 */
@NullMarked
package org.decentralizedai.worker.jvm;

import org.jspecify.annotations.NullMarked;
