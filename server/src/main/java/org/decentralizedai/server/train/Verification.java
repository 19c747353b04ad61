package org.decentralizedai.server.train;

import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.verify.Lot;
import org.jspecify.annotations.Nullable;

/**
 * Who computes accepted updates again.
 *
 * @param auditor null where the server does not
 * @param lot that draws which
 */
record Verification(@Nullable Auditor auditor, Replication replication, Lot lot) {

    /** Without auditors only if it was asked for: nobody breaks the tie of two that differ. */
    boolean happens() {
        return auditor != null || replication == Replication.ALWAYS;
    }

    boolean replicates() {
        return happens() && replication != Replication.NEVER;
    }

    /** @throws IllegalArgumentException with a sentence for the operator when updates of this recipe cannot be compared */
    void require(Recipe recipe) {
        if (!happens()) return;
        if (recipe.encoding().sparse())
            throw new IllegalArgumentException(
                    "of updates whose greatest values alone are sent, honest ones differ too much to be "
                            + "audited: set the recipe's encoding to another, or auditors to 0: encoding="
                            + recipe.encoding());
        // With error feedback an update is more than its task, and whoever computes the task again comes to something
        // else.
        if (recipe.feedback() > 0)
            throw new IllegalArgumentException(
                    "updates with error feedback cannot be audited, so that nobody could be paid for "
                            + "them: set the recipe's feedback to 0, or auditors to 0: feedback=" + recipe.feedback());
        if (auditor == null && recipe.encoding() == UpdateEncoding.SIGN)
            throw new IllegalArgumentException(
                    "volunteers' signs alone do not say who has computed and who has not: set auditors to 1 or more, or replicas to NEVER");
    }
}
