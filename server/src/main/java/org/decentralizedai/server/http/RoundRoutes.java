package org.decentralizedai.server.http;

import static org.decentralizedai.server.edge.RequestException.Code.NOT_FOUND;

import io.javalin.http.Context;
import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.List;
import org.decentralizedai.server.edge.RequestException;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.train.RoundRecords;

/**
 * {@code GET /api/rounds} lists the records of the last closed rounds, {@code GET /api/rounds/{round}} is one
 * ({@link org.decentralizedai.server.train.RoundRecord}), {@code GET /api/rounds/{round}/updates/{place}} an encoded update.
 */
public final class RoundRoutes implements Routes {
    private static final int LISTED = 1000;

    /** @param record SHA-256 of the record, which is also a shard */
    record Entry(int round, String record) {}

    private final RoundRecords records;

    public RoundRoutes(RoundRecords records) {
        this.records = records;
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get("/api/rounds", context -> context.json(list()));
        routes.get("/api/rounds/{round}", this::record);
        routes.get("/api/rounds/{round}/updates/{place}", this::update);
    }

    private List<Entry> list() {
        return records.newest(LISTED).entrySet().stream()
                .map(entry -> new Entry(entry.getKey(), entry.getValue().hex()))
                .toList();
    }

    private void record(Context context) {
        var record = records.find(number(context, "round"))
                .orElseThrow(() -> missing("no such round was closed by its updates: see /api/rounds"));
        context.contentType("application/json").result(record.array());
    }

    private void update(Context context) {
        var update = records.update(number(context, "round"), number(context, "place"))
                .orElseThrow(() -> missing("no such update is kept: those of the last rounds are"));
        context.contentType("application/octet-stream").result(update.array());
    }

    private static int number(Context context, String name) {
        try {
            return Integer.parseInt(context.pathParam(name));
        } catch (NumberFormatException e) {
            throw missing("a round and a place are numbers");
        }
    }

    private static RequestException missing(String sentence) {
        return new RequestException(NOT_FOUND, sentence);
    }
}
