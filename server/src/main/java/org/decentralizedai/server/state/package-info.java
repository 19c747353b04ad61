/**
 * What the coordinator remembers: rows in a database (H2 in a file, or PostgreSQL) and the append-only log of accepted
 * updates. What was acknowledged survives {@code kill -9}. All classes are thread-safe. Start reading at {@link TaskLedger}
 * and {@link GradientLog}, the two seams; {@link Database} says what a commit guarantees.
 */
@NullMarked
package org.decentralizedai.server.state;

import org.jspecify.annotations.NullMarked;
