package org.decentralizedai.server.train;

import java.util.function.Consumer;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.EventLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.worker.LocalResult;

/**
 * Compares what was sent with what the auditor has computed. A fake, found so or by other workers' replicas, is replaced while its round is open, its account is nobody
 * again, and the next step takes back what it has in the means of the last rounds, however late it is found. Belongs to the trainer's thread.
 */
final class Fakes {
    /** Rounds whose contributions are taken back. */
    static final int ROUNDS_TAKEN_BACK = 4;

    private final AuditLedger ledger;
    private final TaskLedger tasks;
    private final EventLedger events;
    private final GradientLog log;
    private final TaskDesk desk;
    private Consumer<String> onCaught = _ -> {};

    Fakes(AuditLedger ledger, TaskLedger tasks, EventLedger events, GradientLog log, TaskDesk desk) {
        this.ledger = ledger;
        this.tasks = tasks;
        this.events = events;
        this.log = log;
        this.desk = desk;
    }

    /** @param listener is told the worker of each fake that was found */
    void onCaught(Consumer<String> listener) {
        onCaught = listener;
    }

    /** False when it is a fake: what follows from that is done then. @param form in which it was sent */
    boolean agrees(Audit audit, UpdateForm form, LocalResult result) {
        float[] expected = form.slice().of(result.update());
        var sent = log.read(audit.position());
        var agreement = Agreement.of(form.encoding(), expected, sent.encoded().array());
        boolean agreed = Tolerance.of(form.encoding()).accepts(agreement);
        if (agreed) ledger.agreed(audit, agreement, true);
        else
            punish(
                    audit,
                    agreement,
                    replacement(
                            sent,
                            UpdateCodec.encode(form.encoding(), expected),
                            result.firstLoss(),
                            result.lastLoss()));
        return agreed;
    }

    /** Others have come to something else, which two of them agree on. @param honest one of those */
    void outvoted(Audit audit, Agreement agreement, LoggedUpdate honest) {
        var instead = replacement(
                log.read(audit.position()), honest.encoded().array(), honest.firstLoss(), honest.lastLoss());
        punish(audit, agreement, instead);
    }

    private static LoggedUpdate replacement(LoggedUpdate fake, byte[] expected, double firstLoss, double lastLoss) {
        return new LoggedUpdate(
                fake.round(),
                fake.late(),
                fake.lease(),
                Audits.AUDITOR,
                fake.tokens(),
                firstLoss,
                lastLoss,
                fake.encoding(),
                fake.slice(),
                fake.work(),
                new Bytes(expected));
    }

    private void punish(Audit audit, Agreement agreement, LoggedUpdate honest) {
        int round = desk.plan().round().number();
        if (audit.round() >= round && !isReplica(audit.lease().taskId()))
            tasks.replace(audit.lease().taskId(), audit.position(), Audits.AUDITOR, log.append(honest));
        onCaught.accept(audit.worker()); // first: may be done twice, and must not be left out
        int takenBack = ledger.caught(audit, agreement, round, round - ROUNDS_TAKEN_BACK);
        events.add(
                "CHEAT_FOUND",
                "worker %s did not compute task %d: distance %.3f, cosine %.3f"
                        .formatted(audit.worker(), audit.lease().taskId(), agreement.relative(), agreement.cosine()));
        if (takenBack > 0)
            events.add(
                    "CORRECTION",
                    "the step of round %d takes back %d updates of worker %s"
                            .formatted(round, takenBack, audit.worker()));
    }

    /** In no mean. */
    private boolean isReplica(long task) {
        return tasks.find(task).filter(row -> row.replicaOf() != null).isPresent();
    }
}
