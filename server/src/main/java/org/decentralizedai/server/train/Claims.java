package org.decentralizedai.server.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.State;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.verify.Agreement;
import org.decentralizedai.server.verify.Tolerance;
import org.decentralizedai.server.verify.Votes;
import org.decentralizedai.server.verify.Votes.Finding;

/**
 * The updates of one task, each of another account: from the same weights, windows and steps, in the same form.
 *
 * @param done the first of them is the one that was asked about
 * @param fakes that were found among them, which vouch for nobody
 * @param evaded whether somebody has sent other work than the one that was asked about, fewer steps or more, so that nothing can be compared
 */
record Claims(
        List<Task> done,
        List<LoggedUpdate> updates,
        List<LoggedUpdate> fakes,
        boolean evaded,
        UpdateForm form,
        int parameters) {

    /** Of this task, which is done, and those of its twins that are done and comparable. A worker that stopped early is not. */
    static Claims of(Task task, TaskLedger tasks, AuditLedger audits, GradientLog log, RoundPlan plan) {
        var done = new ArrayList<Task>();
        var fakes = new ArrayList<Task>();
        var accounts = new HashSet<String>();
        boolean evaded = false;
        for (Task each : withTwins(task, tasks)) {
            if (!comparable(task, each)) {
                evaded |= each.state() == State.DONE;
                continue;
            }
            if (fake(each, audits)) fakes.add(each);
            else if (accounts.add(String.valueOf(each.worker()))) done.add(each);
        }
        int parameters = plan.checks().parameters();
        var form = plan.form(task);
        return new Claims(done, read(done, log), read(fakes, log), evaded, form, parameters);
    }

    /** Unless the auditor's own update stands in for it. */
    private static boolean fake(Task done, AuditLedger audits) {
        return audits.caught(done.id()) && !Audits.AUDITOR.equals(done.worker());
    }

    private static List<LoggedUpdate> read(List<Task> done, GradientLog log) {
        return done.stream().map(log::updateOf).toList();
    }

    private static List<Task> withTwins(Task task, TaskLedger tasks) {
        var all = new ArrayList<>(List.of(task));
        all.addAll(tasks.twins(task.id()));
        return all;
    }

    private static boolean comparable(Task task, Task other) {
        return other.state() == State.DONE
                && other.round() == task.round()
                && other.work().equals(task.work());
    }

    int count() {
        return done.size();
    }

    List<Finding> findings() {
        return Votes.of(count(), this::agree);
    }

    boolean agree(int one, int other) {
        return accepts(agreement(one, other));
    }

    /** Whether it says the same as one that was found to be a fake. */
    boolean repeatsFake(int one) {
        return fakes.stream().anyMatch(fake -> accepts(agreement(updates.get(one), fake)));
    }

    Agreement agreement(int one, int other) {
        return agreement(updates.get(one), updates.get(other));
    }

    private Agreement agreement(LoggedUpdate one, LoggedUpdate other) {
        return Agreement.between(
                form.encoding(),
                form.slice().length(parameters),
                one.encoded().array(),
                other.encoded().array());
    }

    private boolean accepts(Agreement agreement) {
        return Tolerance.between(form.encoding()).accepts(agreement);
    }

    /** Another one that agrees with this one, or the first that does not when none does. */
    int partner(int one) {
        int other = one == 0 ? 1 : 0;
        for (int i = 0; i < count(); i++) if (i != one && agree(one, i)) return i;
        return other;
    }

    /** The task that the others repeat, or of the first of them that is here. */
    Task original() {
        return done.stream()
                .filter(task -> task.replicaOf() == null)
                .findFirst()
                .orElse(done.getFirst());
    }
}
