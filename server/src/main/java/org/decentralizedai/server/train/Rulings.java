package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.decentralizedai.server.state.AuditLedger;
import org.decentralizedai.server.state.AuditLedger.Audit;
import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.TaskLedger;
import org.decentralizedai.server.state.TaskLedger.State;
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
 * A fake that was found vouches for nobody: what repeats it is the server's to compute. Whatever nobody computes in time is
 * missed ({@link Lateness}): it proves nothing. Belongs to the trainer's thread.
 */
final class Rulings implements AuditQueue.Asking {
    /** Workers that are asked about one task without auditors. */
    private static final int MOST_CLAIMS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Rulings.class);

    private final AuditLedger ledger;
    private final TaskLedger tasks;
    private final Reputation reputation;
    private final GradientLog log;
    private final AuditedRounds rounds;
    private final OpenAudits open;
    private final Verdicts verdicts;
    private final Lateness lateness;
    private final Verification verification;
    private Optional<AuditQueue> server = Optional.empty();
    private Optional<Twins> twins = Optional.empty();

    Rulings(
            AuditLedger ledger,
            TaskLedger tasks,
            Reputation reputation,
            GradientLog log,
            AuditedRounds rounds,
            OpenAudits open,
            Verdicts verdicts,
            Lateness lateness,
            Verification verification) {
        this.ledger = ledger;
        this.tasks = tasks;
        this.reputation = reputation;
        this.log = log;
        this.rounds = rounds;
        this.open = open;
        this.verdicts = verdicts;
        this.lateness = lateness;
        this.verification = verification;
    }

    /** Who computes. @param server null without auditors @param twins null without replicas */
    void by(@Nullable AuditQueue server, @Nullable Twins twins) {
        this.server = Optional.ofNullable(server);
        this.twins = Optional.ofNullable(twins);
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
        if (claims.filter(all -> all.repeatsFake(0)).isPresent()) dispute(audit);
        else if (claims.isPresent() && claims.get().count() > 1) rule(claims.get());
        else if (claims.isPresent() && twinMayCome(audit)) open.await(audit, For.TWIN);
        else goOnAlone(audit, claims);
    }

    /** At those that wait for a twin: it may have gone. */
    void lookAgain() {
        for (Audit audit : open.awaiting(For.TWIN)) attempt(audit, this::goOnWithoutTwin);
    }

    private void goOnWithoutTwin(Audit audit) {
        if (!twinMayCome(audit)) goOnAlone(audit, claims(audit));
    }

    /** No twin comes. One that came of fewer steps, or more, cannot be compared: so that this helps nobody, another is asked. */
    private void goOnAlone(Audit audit, Optional<Claims> claims) {
        boolean another = claims.filter(Claims::evaded).isPresent() && !serverHasTime(audit);
        if (!another || !askAnother(audit, claims.orElseThrow())) toServer(audit);
    }

    private boolean serverHasTime(Audit audit) {
        return server.isPresent()
                && plan(audit)
                        .filter(plan -> server.get()
                                .inTime(
                                        1,
                                        Twins.roundTime(
                                                Duration.ofSeconds(plan.recipe().taskSeconds()))))
                        .isPresent();
    }

    private Optional<RoundPlan> plan(Audit audit) {
        return tasks.find(audit.lease().taskId()).flatMap(task -> rounds.find(task.round()));
    }

    private Optional<Claims> claims(Audit audit) {
        return tasks.find(audit.lease().taskId())
                .flatMap(task -> rounds.find(task.round()).map(plan -> Claims.of(task, tasks, ledger, log, plan)))
                .filter(claims -> claims.count() > 0);
    }

    private boolean twinMayCome(Audit audit) {
        long task = audit.lease().taskId();
        return twins.filter(twins -> twins.seeks(task)).isPresent()
                || tasks.twins(task).stream().anyMatch(this::underWay);
    }

    private boolean underWay(Task twin) {
        return twin.state() == State.LEASED
                && twins.filter(twins -> twins.overdue(twin.id())).isEmpty();
    }

    /** What an agreement is worth. @param good whether it was shown that the other's update is */
    private record Partner(Trust trust, boolean good) {}

    private Partner partner(Task done) {
        boolean good = reputation.good(done);
        return new Partner(good ? new Trust(Trust.PROVEN) : reputation.trust(done), good);
    }

    private void rule(Claims claims) {
        var findings = claims.findings();
        var partners = IntStream.range(0, claims.count()) // as they are before anything is decided
                .mapToObj(i -> partner(claims.done().get(claims.partner(i))))
                .toList();
        boolean serverLooks = serverLooks(claims);
        for (int i = 0; i < claims.count(); i++) {
            var audit = open(claims.done().get(i));
            if (audit.isEmpty()) continue;
            if (claims.repeatsFake(i)) dispute(audit.get());
            else if (findings.get(i) == Finding.OPEN) tied(audit.get(), claims);
            else if (findings.get(i) == Finding.DIFFERS) differs(audit.get(), claims, i, findings);
            else if (serverLooks) toServer(audit.get());
            else agrees(audit.get(), claims, i, partners.get(i));
        }
    }

    /** Whether the lot has the server compute what they may agree on, as often as it is asked for the least trusted of them. */
    private boolean serverLooks(Claims claims) {
        double rate = IntStream.range(0, claims.count())
                .mapToDouble(i -> reputation.rateAgreed(claims.updates().get(i)))
                .max()
                .orElse(0);
        return server.isPresent() && verification.lot().draws(lease(claims.original()), "twins", rate);
    }

    /** Draws it if a crash has kept it from that. */
    private Optional<Audit> open(Task done) {
        var found = open.find(done.id());
        var worker = done.worker();
        if (found.isPresent() || worker == null || worker.equals(Audits.AUDITOR)) return found;
        var round = done.countsIn() == null ? done.round() : done.countsIn();
        var audit = reputation.audit(lease(done), round, worker, done.position());
        if (!ledger.draw(audit) || !open.add(audit, done)) return Optional.empty();
        rounds.find(done.round()).ifPresent(rounds::await);
        return Optional.of(audit);
    }

    private static Lease lease(Task done) {
        return new Lease(done.id(), done.fence());
    }

    private void agrees(Audit audit, Claims claims, int place, Partner partner) {
        var own = reputation.trust(claims.done().get(place));
        boolean trusted = own.agreedWith(partner.trust(), server.isPresent());
        var agreement = claims.agreement(place, claims.partner(place));
        verdicts.agreed(audit, agreement, trusted, partner.good() || own.proven());
    }

    private void differs(Audit audit, Claims claims, int place, List<Finding> findings) {
        if (server.isPresent()) {
            dispute(audit);
            return;
        }
        int honest = findings.indexOf(Finding.AGREES);
        verdicts.outvoted(
                audit, claims.agreement(place, honest), claims.updates().get(honest));
    }

    private void tied(Audit audit, Claims claims) {
        if (server.isPresent() || !askAnother(audit, claims)) dispute(audit);
    }

    /** False when nobody is left to be asked. */
    private boolean askAnother(Audit audit, Claims claims) {
        var original = claims.original();
        if (twins.isEmpty() || original.replicaOf() != null || !rounds.isOpen(original.round())) return false;
        var others = tasks.twins(original.id());
        long asked = others.stream()
                .filter(each -> each.state() == State.DONE || underWay(each))
                .count();
        if (asked + 1 >= MOST_CLAIMS) return false;
        var parties = new HashSet<>(Set.of(String.valueOf(original.worker())));
        for (Task each : others) parties.add(String.valueOf(each.worker()));
        twins.get().dispute(lease(original), original.round(), parties);
        open.await(audit, For.TWIN);
        return true;
    }

    /** The server is to say who is right, before it computes what nobody quarrels about, and in some rounds yet. */
    private void dispute(Audit audit) {
        open.keep(audit);
        toServer(audit);
    }

    /** Where there is none, the audit is missed. */
    void toServer(Audit audit) {
        if (open.awaits(audit, For.SERVER)) return;
        twins.ifPresent(twins -> twins.withdraw(audit.lease().taskId()));
        var task = task(audit);
        if (server.isEmpty() || task.isEmpty()) {
            verdicts.missed(audit);
            return;
        }
        open.await(audit, For.SERVER);
        server.get().add(audit, task.get(), open.kept(audit));
    }

    private Optional<GradientTask> task(Audit audit) {
        return tasks.find(audit.lease().taskId())
                .flatMap(row -> rounds.find(row.round()).map(plan -> plan.task(audit.lease(), row)));
    }

    /** What is begun is wanted, however long it takes, and decides on its twins too. */
    @Override
    public boolean wants(Audit audit) {
        long task = audit.lease().taskId();
        if (open.find(task).isEmpty()) return false;
        var all = new HashSet<>(Set.of(task));
        for (Task twin : tasks.twins(task)) all.add(twin.id());
        for (long each : all) open.find(each).ifPresent(open::keep);
        lateness.begun(all);
        return true;
    }

    /** What the server has computed decides on all updates of the task. */
    @Override
    public void computed(Audit audit, GradientTask task, @Nullable LocalResult result) {
        if (open.find(audit.lease().taskId()).isEmpty()) return;
        if (result == null) {
            verdicts.missed(audit);
            return;
        }
        var others = claims(audit).map(Claims::done).orElse(List.of());
        verdicts.computed(audit, task.form(), result);
        for (Task other : others) open.find(other.id()).ifPresent(each -> verdicts.computed(each, task.form(), result));
    }

    /** Whether it may be decided within this time. */
    boolean inTime(Audit audit, Duration time) {
        if (open.awaits(audit, For.SERVER))
            return server.filter(queue -> queue.inTime(audit, time)).isPresent();
        return tasks.twins(audit.lease().taskId()).stream()
                .filter(this::underWay)
                .anyMatch(twin ->
                        twins.map(twins -> twins.inTime(twin.id(), time)).orElse(true));
    }
}
