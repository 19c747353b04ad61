package org.decentralizedai.server.train;

import java.util.Set;
import java.util.TreeSet;
import org.decentralizedai.server.train.OpenAudits.Waiting;

/**
 * Which audits have waited too long as rounds go by, so that they are missed: what is disputed after {@link AuditedRounds#LONGEST} rounds,
 * all else when its round is not open any more and the round after that in which it counts is over. What the server has begun
 * never is. Belongs to the trainer's thread.
 */
final class Lateness {
    private final OpenAudits open;
    private final AuditedRounds rounds;
    private final Verdicts verdicts;
    private Set<Long> begun = Set.of(); // the task that the server computes now, or has computed last, and its twins

    Lateness(OpenAudits open, AuditedRounds rounds, Verdicts verdicts) {
        this.open = open;
        this.rounds = rounds;
        this.verdicts = verdicts;
    }

    /** The server computes this task, which decides on all of these. */
    void begun(Set<Long> tasks) {
        begun = Set.copyOf(tasks);
    }

    /** A new round runs. */
    void giveUp() {
        for (var waiting : open.all()) if (late(waiting)) verdicts.missed(waiting.audit());
        var closed = new TreeSet<Integer>();
        for (var waiting : open.all()) if (!rounds.isOpen(waiting.ofRound())) closed.add(waiting.ofRound());
        while (closed.size() > AuditedRounds.MOST) giveUp(closed.removeLast()); // what waits longest is computed next
        rounds.forget(round -> !open.anyOf(round));
    }

    private boolean late(Waiting waiting) {
        int running = rounds.running();
        if (isBegun(waiting)) return false;
        if (waiting.kept()) return waiting.ofRound() <= running - AuditedRounds.LONGEST;
        return !rounds.isOpen(waiting.ofRound()) && waiting.audit().round() < running - 1;
    }

    private void giveUp(int round) {
        for (var waiting : open.all())
            if (waiting.ofRound() == round && !isBegun(waiting)) verdicts.missed(waiting.audit());
    }

    private boolean isBegun(Waiting waiting) {
        return begun.contains(waiting.audit().lease().taskId());
    }
}
