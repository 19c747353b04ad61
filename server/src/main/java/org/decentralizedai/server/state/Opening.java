package org.decentralizedai.server.state;

import org.decentralizedai.wire.Sha256;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * How the next round begins. All of it is one commit, so that a crash keeps all or nothing.
 *
 * @param recipe under which its tasks are computed, JSON
 * @param portion windows of a portion of the corpus by that recipe
 * @param tasks that it begins with
 * @param oldest round whose tasks stay with their workers, though another round runs; those of the rounds before it are taken
 *     from them, and their updates count no more
 * @param record blob that says what the closed round was made of; null for the first round and after going back
 * @param also what else is written in that commit
 */
public record Opening(
        Round round,
        String recipe,
        int portion,
        int tasks,
        int oldest,
        @Nullable Sha256 record,
        Also also) {

    /** What follows from the opening of a round. */
    @FunctionalInterface
    public interface Also {
        Also NOTHING = _ -> {};

        void book(Handle transaction);
    }

    /** Of a round whose predecessor counts for nothing. */
    public Opening(Round round, String recipe, int portion, int tasks) {
        this(round, recipe, portion, tasks, round.number(), null, Also.NOTHING);
    }
}
