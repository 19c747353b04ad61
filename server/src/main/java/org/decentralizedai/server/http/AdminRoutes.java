package org.decentralizedai.server.http;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;
import static org.decentralizedai.server.edge.RequestException.Code.CONFLICT;
import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;
import static org.decentralizedai.server.edge.RequestException.Code.UNAUTHORIZED;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.socket.WorkerEndpoint;
import org.decentralizedai.server.state.EventLedger.Event;
import org.decentralizedai.server.state.Promotion;
import org.decentralizedai.server.train.TaskDesk;
import org.decentralizedai.server.train.Training;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /admin/...}: the operator's commands, authorised by the bearer token of the data folder. Each is recorded as an
 * event before it is answered.
 */
public final class AdminRoutes implements Routes {
    /** Answer to a command. */
    record Done(String message) {}

    /** Answer to status. */
    record Status(
            String mode,
            @Nullable String failure,
            int round,
            int workersOnline,
            List<Promotion> promotions,
            List<Event> events) {}

    private static final int SHOWN = 20;

    private final Training training;
    private final byte[] token;
    private final Supplier<Path> backup;

    public AdminRoutes(Training training, String token, Supplier<Path> backup) {
        this.training = training;
        this.token = token.getBytes(StandardCharsets.UTF_8);
        this.backup = backup;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.before("/admin/*", this::authorise);
        routes.post("/admin/status", context -> context.json(status()));
        routes.post("/admin/pause", context -> mode(context, TaskDesk.Mode.PAUSED, true));
        routes.post("/admin/resume", context -> mode(context, TaskDesk.Mode.RUNNING, false));
        routes.post(
                "/admin/drain",
                context -> mode(
                        context,
                        TaskDesk.Mode.DRAINING,
                        training.runs().find().orElseThrow().paused()));
        routes.post("/admin/rollback", this::rollBack);
        routes.post("/admin/ban", context -> ban(context, true));
        routes.post("/admin/unban", context -> ban(context, false));
        routes.post("/admin/backup", context -> done(context, "BACKUP", "a backup was written to " + backup.get()));
    }

    private void authorise(Context context) {
        String given = context.header("Authorization");
        byte[] said = given == null || !given.startsWith("Bearer ")
                ? new byte[0]
                : given.substring("Bearer ".length()).strip().getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(said, token)) // takes the same time wherever they differ
        throw new RequestException(UNAUTHORIZED, "the admin token of the data folder is needed");
    }

    private Status status() {
        var figures = training.status().figures();
        return new Status(
                training.desk().mode().name(),
                training.trainer().failure(),
                figures.round(),
                figures.workersOnline(),
                training.events().promotions(SHOWN),
                training.events().newest(SHOWN));
    }

    private void mode(Context context, TaskDesk.Mode mode, boolean paused) {
        training.runs().paused(paused); // a pause outlives a restart, a drain does not
        training.desk().mode(mode);
        done(context, mode.name(), "the desk is " + mode.name().toLowerCase(Locale.ROOT));
    }

    private void rollBack(Context context) throws InterruptedException {
        int round = number(context, "round");
        try {
            int next = training.trainer().rollBack(round);
            context.json(new Done("round " + next + " starts from the weights of round " + round));
        } catch (IllegalArgumentException e) {
            throw new RequestException(CONFLICT, String.valueOf(e.getMessage()));
        }
    }

    private void ban(Context context, boolean banned) {
        String worker = context.queryParam("worker");
        if (worker == null) throw new RequestException(BAD_REQUEST, "say which worker: ?worker=ID");
        if (!training.workers().ban(worker, banned))
            throw new RequestException(NOT_FOUND, "no worker " + worker + " was ever here");
        if (banned) training.desk().disconnect(worker, WorkerEndpoint.BANNED, "this worker was banned by the operator");
        done(context, banned ? "BAN" : "UNBAN", "worker " + worker + (banned ? " is banned" : " may work again"));
    }

    private static int number(Context context, String name) {
        try {
            return Integer.parseInt(String.valueOf(context.queryParam(name)));
        } catch (NumberFormatException e) {
            throw new RequestException(BAD_REQUEST, "say which " + name + ": ?" + name + "=NUMBER");
        }
    }

    private void done(Context context, String kind, String sentence) {
        training.events().add(kind, sentence);
        context.json(new Done(sentence));
    }
}
