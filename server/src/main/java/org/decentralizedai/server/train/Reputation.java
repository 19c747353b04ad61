package org.decentralizedai.server.train;

import org.decentralizedai.server.credit.Stakes;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.wire.Lease;

/** How far accounts are trusted with what they compute on now, and how often they are looked at for it. Thread-safe. */
record Reputation(AuditLedger audits, WorkerLedger workers, Stakes stakes) {

    /** Rate at which an accepted update is audited. */
    double auditRate(String worker, int tokens) {
        return stakes.auditRate(worker, tokens, trust(worker).auditRate());
    }

    /** Rate at which the server computes an update again that another volunteer agrees with. */
    double rateAgreed(LoggedUpdate update) {
        var trust = trust(update.worker());
        double rate = trust.rateAgreed();
        return trust.proven() ? stakes.auditRate(update.worker(), update.tokens(), rate) : rate;
    }

    Trust trust(String worker) {
        return audits.trust(worker, workers.numericClass(worker));
    }

    /** Of whoever has done this task. */
    Trust trust(Task done) {
        var worker = done.worker();
        return worker == null ? Trust.NONE : trust(worker);
    }

    /** Whether it was shown that this update is good. */
    boolean good(Task done) {
        return Audits.AUDITOR.equals(done.worker()) || audits.agreed(done.id());
    }

    /** @param round in which the update counts */
    Audit audit(Lease lease, int round, String worker, long position) {
        return new Audit(lease, round, worker, workers.numericClass(worker), position);
    }
}
