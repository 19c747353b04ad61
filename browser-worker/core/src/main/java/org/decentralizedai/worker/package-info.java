/**
 * What a worker does with a task, over {@link org.decentralizedai.kernels.Kernels} and a few ports ({@link Network},
 * {@link BlobSource}, {@link BlobCache}, {@link Devices}, {@link Digest}, {@link Clock}) that a browser and a JVM fill in
 * differently. One thread runs a {@link WorkerSession} from start to stop; everything from outside reaches it as an
 * {@link Event} through its {@link Inbox}, which it looks into between two pieces of work and waits at when idle, so nothing
 * here is shared between threads except {@link EventQueue} and {@link Power}. TeaVM-safe. Start reading at
 * {@link WorkerSession}; the mathematics is in {@link LocalTraining}.
 */
@NullMarked
package org.decentralizedai.worker;

import org.jspecify.annotations.NullMarked;
