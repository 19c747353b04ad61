package org.decentralizedai.billing.meter;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.decentralizedai.billing.meter.Meter.Ending;

/**
 * This process's requests that are not settled: those that run, and those whose settlement could not be written and is due. Any
 * other open one in the database is nobody's. Thread-safe.
 */
final class Unsettled {
    /** How a request ended, as it must be written. */
    record Due(Asked asked, int sentTokens, Ending ending) {}

    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final Map<String, Due> due = new ConcurrentHashMap<>();

    /** To be called before its row is written. */
    void runs(Asked asked) {
        running.add(asked.id());
    }

    /** It is settled, or was never begun. */
    void over(Asked asked) {
        running.remove(asked.id());
        due.remove(asked.id());
    }

    /** The first ending counts. */
    void failed(Due settlement) {
        due.putIfAbsent(settlement.asked().id(), settlement);
        running.remove(settlement.asked().id());
    }

    List<Due> due() {
        return List.copyOf(due.values());
    }

    boolean has(String id) {
        return running.contains(id) || due.containsKey(id);
    }
}
