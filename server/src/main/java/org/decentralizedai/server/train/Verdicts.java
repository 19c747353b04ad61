package org.decentralizedai.server.train;

import java.util.function.Consumer;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.worker.LocalResult;

/** Writes down what an audit has come to and tells those whom that concerns. Belongs to the trainer's thread. */
final class Verdicts {
    private final AuditLedger ledger;
    private final OpenAudits open;
    private final Fakes fakes;
    private final TrainMetrics metrics;
    private Consumer<Audit> onFake = _ -> {};
    private Runnable onDecided = () -> {};

    Verdicts(AuditLedger ledger, OpenAudits open, Fakes fakes, TrainMetrics metrics) {
        this.ledger = ledger;
        this.open = open;
        this.fakes = fakes;
        this.metrics = metrics;
    }

    /** @param fake hears of each one that was found @param decided runs after each audit that is not open any more */
    void listen(Consumer<Audit> fake, Runnable decided) {
        onFake = fake;
        onDecided = decided;
    }

    /**
     * Another volunteer's update is the same.
     *
     * @param trusted whether the account is trusted more for it
     * @param clear whether that is enough for its pay
     */
    void agreed(Audit audit, Agreement agreement, boolean trusted, boolean clear) {
        if (clear) ledger.agreed(audit, agreement, trusted);
        else ledger.vouched(audit, agreement, trusted);
        metrics.audited(true);
        end(audit);
    }

    /** Others have come to something else, which two of them agree on. @param honest one of those */
    void outvoted(Audit audit, Agreement agreement, LoggedUpdate honest) {
        fakes.outvoted(audit, agreement, honest);
        metrics.audited(false);
        fake(audit);
    }

    /** The server has computed it. @param form in which it was sent */
    void computed(Audit audit, UpdateForm form, LocalResult result) {
        boolean agreed = fakes.agrees(audit, form, result);
        metrics.audited(agreed);
        if (agreed) end(audit);
        else fake(audit);
    }

    private void fake(Audit audit) {
        onFake.accept(audit);
        end(audit);
    }

    /** Nobody computes it in time. */
    void missed(Audit audit) {
        ledger.missed(audit.lease().taskId());
        end(audit);
    }

    private void end(Audit audit) {
        open.remove(audit);
        onDecided.run();
    }
}
