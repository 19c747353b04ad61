package org.decentralizedai.worker;

import org.decentralizedai.wire.FrameLayout;
import org.decentralizedai.wire.ServerMessage;
import org.decentralizedai.wire.ServerMessage.UploadFrom;
import org.decentralizedai.wire.ServerMessage.Verdict;
import org.decentralizedai.wire.VerdictCode;
import org.jspecify.annotations.Nullable;

/** Brings one finished task to its verdict, over as many connections as that takes. The coordinator says where to go on. */
final class Delivery {
    private final FinishedTask task;
    private final Assignment assignment;
    private final Link link;
    private final WorkerPorts ports;
    private final Backoff backoff;

    Delivery(FinishedTask task, Assignment assignment, Link link, WorkerPorts ports, Backoff backoff) {
        this.task = task;
        this.assignment = assignment;
        this.link = link;
        this.ports = ports;
        this.backoff = backoff;
    }

    Verdict deliver() {
        ports.listener().on(new WorkerEvent.State(WorkerEvent.Phase.UPLOADING, ""));
        int unavailable = 0;
        while (true) {
            while (!link.up()) assignment.hear(WorkerSession.ANSWER_MILLIS);
            Verdict verdict = attempt();
            if (verdict == null) continue;
            if (verdict.code() != VerdictCode.UNAVAILABLE) return verdict;
            assignment.pause(backoff.millis(++unavailable));
        }
    }

    /** Null when the connection broke before the verdict. */
    private @Nullable Verdict attempt() {
        int connection = link.connections();
        link.send(task.begin());
        ServerMessage answer = answer(connection);
        if (answer instanceof UploadFrom from) {
            upload(from.offset(), connection);
            answer = answer(connection);
        }
        return answer instanceof Verdict verdict ? verdict : null;
    }

    private void upload(int from, int connection) {
        if (from < 0 || from > task.length()) {
            link.lost("the server asked for byte " + from + " of " + task.length());
            return;
        }
        for (int offset = from; offset < task.length(); offset += FrameLayout.MAX_CHUNK) {
            link.send(task.chunk(offset));
            assignment.hearAll();
            if (assignment.hasAnswer() || !uninterrupted(connection)) return;
        }
    }

    private @Nullable ServerMessage answer(int connection) {
        double deadline = ports.clock().millis() + WorkerSession.ANSWER_MILLIS;
        while (true) {
            ServerMessage answer = assignment.takeAnswer();
            if (answer != null) return answer;
            if (!uninterrupted(connection)) return null;
            double left = deadline - ports.clock().millis();
            if (left <= 0) link.lost("the server does not answer");
            else assignment.hear(left);
        }
    }

    private boolean uninterrupted(int connection) {
        return link.up() && link.connections() == connection;
    }
}
