package org.decentralizedai.server.train;

import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.state.WorkerLedger;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.wire.Lease;

/** How far accounts are trusted with what they compute on now. Thread-safe. */
record Reputation(AuditLedger audits, WorkerLedger workers) {

    Trust trust(String worker) {
        return audits.trust(worker, workers.numericClass(worker));
    }

    /** Of whoever has done this task. */
    Trust trust(Task done) {
        var worker = done.worker();
        return worker == null ? Trust.NONE : trust(worker);
    }

    /** What an agreement with this update is worth: a proven account's, if an audit has shown already that it is good. */
    Trust word(Task done) {
        boolean known = Audits.AUDITOR.equals(done.worker()) || audits.agreed(done.id());
        return known ? new Trust(Trust.PROVEN) : trust(done);
    }

    /** @param round in which the update counts */
    Audit audit(Lease lease, int round, String worker, long position) {
        return new Audit(lease, round, worker, workers.numericClass(worker), position);
    }
}
