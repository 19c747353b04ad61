package org.decentralizedai.server.train;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.Task;
import org.decentralizedai.server.train.OpenAudits.For;
import org.decentralizedai.server.verify.Trust;
import org.decentralizedai.server.verify.Votes.Finding;
import org.decentralizedai.wire.Lease;
import org.decentralizedai.wire.ServerMessage.GradientTask;
import org.decentralizedai.worker.LocalResult;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides audits. An update whose task a second worker computes waits for that one, and then the two are compared. If they agree, both
 * are good, unless the lot has the server look all the same; if they do not, the server computes the task, and whoever differs from
 * it is the cheat. Without auditors a third worker is asked, and one against two is the cheat; while no two agree nobody is.
 * A fake that was found vouches for nobody: what agrees with it is the server's to compute. Whatever nobody computes in time is
 * missed: it proves nothing. Belongs to the trainer's thread.
 */
final class Rulings implements AuditQueue.Asking {
    /** Workers that are asked about one task without auditors. */
    private static final int MOST_CLAIMS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Rulings.class);

    private final AuditLedger ledger;
    private final TaskLedger tasks;
    private final Reputation reputation;
    private final GradientLog log;
    private final TaskDesk desk;
    private final OpenAudits open;
    private final Fakes fakes;
    private final TrainMetrics metrics;
    private final Verification verification;
    private Optional<AuditQueue> server = Optional.empty();
    private Optional<Twins> twins = Optional.empty();
    private Consumer<Audit> onFake = _ -> {};
    private Runnable onDecided = () -> {};

    Rulings(
            AuditLedger ledger,
            TaskLedger tasks,
            Reputation reputation,
            GradientLog log,
            TaskDesk desk,
            OpenAudits open,
            Fakes fakes,
            TrainMetrics metrics,
            Verification verification) {
        this.ledger = ledger;
        this.tasks = tasks;
        this.reputation = reputation;
        this.log = log;
        this.desk = desk;
        this.open = open;
        this.fakes = fakes;
        this.metrics = metrics;
        this.verification = verification;
    }

    /** Who computes. @param server null without auditors @param twins null without replicas */
    void by(@Nullable AuditQueue server, @Nullable Twins twins) {
        this.server = Optional.ofNullable(server);
        this.twins = Optional.ofNullable(twins);
    }

    /** @param fake hears of each one that was found @param decided runs after each audit that is not open any more */
    void listen(Consumer<Audit> fake, Runnable decided) {
        onFake = fake;
        onDecided = decided;
    }

    /** What becomes of this audit now. */
    void look(Audit audit) {
        attempt(audit, this::ruleOrWait);
    }

    private static void attempt(Audit audit, Consumer<Audit> step) {
        try {
            step.accept(audit);
        } catch (RuntimeException e) { // the others must be looked at all the same; a restart looks at this one again
            LOG.error("the audit of task {} failed", audit.lease().taskId(), e);
        }
    }

    private void ruleOrWait(Audit audit) {
        if (open.find(audit.lease().taskId()).isEmpty() || open.awaits(audit, For.SERVER)) return;
        var claims = claims(audit);
        if (claims.filter(all -> all.likeAFake(0)).isPresent()) toServer(audit);
        else if (claims.isPresent() && claims.get().count() > 1) rule(claims.get());
        else if (claims.isPresent() && twinMayCome(audit)) open.await(audit, For.TWIN);
        else toServer(audit);
    }

    /** At those that wait for a twin: it may have gone. */
    void lookAgain() {
        for (Audit audit : open.awaiting(For.TWIN)) attempt(audit, this::goOnWithoutTwin);
    }

    private void goOnWithoutTwin(Audit audit) {
        if (!twinMayCome(audit)) toServer(audit);
    }

    private Optional<Claims> claims(Audit audit) {
        return tasks.find(audit.lease().taskId())
                .flatMap(task -> desk.open().find(task.round()).map(plan -> Claims.of(task, tasks, ledger, log, plan)));
    }

    private boolean twinMayCome(Audit audit) {
        long task = audit.lease().taskId();
        return Claims.underWay(task, tasks)
                || twins.filter(twins -> twins.seeks(task)).isPresent();
    }

    private void rule(Claims claims) {
        var findings = claims.findings();
        var partners = IntStream.range(0, claims.count())
                .mapToObj(i -> reputation.word(claims.done().get(claims.partner(i))))
                .toList();
        var original = claims.original();
        boolean looksToo = server.isPresent()
                && verification
                        .lot()
                        .draws(
                                lease(original),
                                "twins",
                                reputation
                                        .trust(original)
                                        .rateWith(partners.get(claims.done().indexOf(original))));
        for (int i = 0; i < claims.count(); i++) {
            var audit = open(claims.done().get(i));
            if (audit.isEmpty()) continue;
            if (claims.likeAFake(i)) {
                toServer(audit.get());
                continue;
            }
            switch (findings.get(i)) {
                case AGREES -> {
                    if (looksToo) toServer(audit.get());
                    else agreed(audit.get(), claims, i, partners.get(i));
                }
                case DIFFERS -> {
                    if (server.isPresent()) toServer(audit.get());
                    else outvoted(audit.get(), claims, i, findings.indexOf(Finding.AGREES));
                }
                case OPEN -> tied(audit.get(), claims);
            }
        }
    }

    /** Draws it if a crash has kept it from that. */
    private Optional<Audit> open(Task done) {
        var found = open.find(done.id());
        var worker = done.worker();
        if (found.isPresent() || worker == null || worker.equals(Audits.AUDITOR)) return found;
        var round = done.countsIn() == null ? done.round() : done.countsIn();
        var audit = reputation.audit(lease(done), round, worker, done.position());
        if (!ledger.draw(audit) || !open.add(audit, done.replicaOf() != null)) return Optional.empty();
        return Optional.of(audit);
    }

    private static Lease lease(Task done) {
        return new Lease(done.id(), done.fence());
    }

    private void agreed(Audit audit, Claims claims, int place, Trust partner) {
        boolean trusted = reputation.trust(claims.done().get(place)).agreedWith(partner, server.isPresent());
        ledger.agreed(audit, claims.agreement(place, claims.partner(place)), trusted);
        metrics.audited(true);
        end(audit);
    }

    private void outvoted(Audit audit, Claims claims, int place, int honest) {
        fakes.outvoted(audit, claims.agreement(place, honest), claims.updates().get(honest));
        fake(audit);
    }

    private void tied(Audit audit, Claims claims) {
        if (server.isPresent() || claims.count() >= MOST_CLAIMS || twins.isEmpty()) {
            toServer(audit);
            return;
        }
        var parties = new HashSet<String>();
        for (Task each : claims.done()) parties.add(String.valueOf(each.worker()));
        var original = claims.original();
        twins.get().dispute(lease(original), original.round(), parties);
        open.await(audit, For.TWIN);
    }

    /** Where there is none, the audit is missed. */
    void toServer(Audit audit) {
        if (open.awaits(audit, For.SERVER)) return;
        twins.ifPresent(twins -> twins.withdraw(audit.lease().taskId()));
        var task = task(audit);
        if (server.isEmpty() || task.isEmpty()) {
            missed(audit);
            return;
        }
        open.await(audit, For.SERVER);
        server.get().add(audit, task.get());
    }

    private Optional<GradientTask> task(Audit audit) {
        return tasks.find(audit.lease().taskId())
                .flatMap(row -> desk.open().find(row.round()).map(plan -> plan.task(audit.lease(), row)));
    }

    @Override
    public boolean wants(Audit audit) {
        if (open.find(audit.lease().taskId()).isEmpty()) return false;
        boolean recent = audit.round() >= desk.plan().round().number() - 1; // else its weights may be gone
        if (!recent) missed(audit);
        return recent;
    }

    /** What the server has computed decides on all updates of the task. */
    @Override
    public void computed(Audit audit, GradientTask task, @Nullable LocalResult result) {
        if (result == null) {
            missed(audit);
            return;
        }
        var others = claims(audit).map(Claims::done).orElse(List.of());
        decide(audit, task, result);
        for (Task other : others)
            open.find(other.id()).filter(each -> !each.equals(audit)).ifPresent(each -> decide(each, task, result));
    }

    private void decide(Audit audit, GradientTask task, LocalResult result) {
        boolean agreed = fakes.agrees(audit, task.form(), result);
        metrics.audited(agreed);
        if (agreed) end(audit);
        else fake(audit);
    }

    private void fake(Audit audit) {
        onFake.accept(audit);
        end(audit);
    }

    private void missed(Audit audit) {
        ledger.missed(audit.lease().taskId());
        end(audit);
    }

    private void end(Audit audit) {
        open.remove(audit);
        onDecided.run();
    }
}
