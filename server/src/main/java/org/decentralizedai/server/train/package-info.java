/**
 * Rounds: tasks are leased to workers, their updates checked and kept, averaged in the order of the tasks, and applied as one
 * outer step that makes the next checkpoint; that is evaluated beside the next round and promoted when it is good. Thread-safe:
 * {@link TaskDesk}, {@link UpdateIntake}, {@link Trainer}, {@link Promotions}. Start reading at {@link TaskDesk}.
 */
@NullMarked
package org.decentralizedai.server.train;

import org.jspecify.annotations.NullMarked;
