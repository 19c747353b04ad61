package org.decentralizedai.server.socket;

import java.util.HashMap;
import java.util.Map;
import org.decentralizedai.server.edge.LocalAddress;

/**
 * How many sockets may be open at once. Addresses of this machine count only towards the total: volunteers started beside the
 * server, or a proxy that does not say whom it speaks for. Thread-safe.
 */
final class SocketLimits {
    private final int total;
    private final int perAddress;
    private final Map<String, Integer> open = new HashMap<>();
    private int sum;

    SocketLimits(int total, int perAddress) {
        this.total = total;
        this.perAddress = perAddress;
    }

    synchronized boolean full(String address) {
        return sum >= total || open.getOrDefault(address, 0) >= perAddress && !LocalAddress.is(address);
    }

    synchronized boolean enter(String address) {
        if (full(address)) return false;
        open.merge(address, 1, Integer::sum);
        sum++;
        return true;
    }

    synchronized void leave(String address) {
        sum--;
        if (open.merge(address, -1, Integer::sum) <= 0) open.remove(address);
    }
}
