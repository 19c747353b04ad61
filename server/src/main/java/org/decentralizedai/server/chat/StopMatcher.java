package org.decentralizedai.server.chat;

import java.util.List;

/**
 * Finds the first stop text in a text that arrives in pieces, however the pieces are cut, and lets through what stands before it.
 * "First" is the one that is complete first; of several that end at the same character, the longest. Not thread-safe.
 */
final class StopMatcher {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder(); // may be the beginning of a stop text
    private boolean stopped;

    StopMatcher(List<String> stops) {
        this.stops = stops;
    }

    /** What may be shown now; look at {@link #stopped} afterwards. */
    String accept(String piece) {
        for (int i = 0; i < piece.length() && !stopped; i++) {
            held.append(piece.charAt(i));
            int length = completed();
            if (length > 0) {
                held.setLength(held.length() - length);
                stopped = true;
            }
        }
        return release(stopped ? held.length() : held.length() - unfinished());
    }

    boolean stopped() {
        return stopped;
    }

    /** The text has ended: what was held back, for it could have begun a stop text. */
    String finish() {
        return release(held.length());
    }

    private String release(int length) {
        String text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** Length of the longest stop text that ends here, or 0. */
    private int completed() {
        int longest = 0;
        for (String stop : stops) if (stop.length() > longest && endsWith(stop, stop.length())) longest = stop.length();
        return longest;
    }

    /** Length of the longest end of the held text that begins a stop text. */
    private int unfinished() {
        int longest = 0;
        for (String stop : stops)
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--)
                if (endsWith(stop, n)) longest = n;
        return longest;
    }

    /** Whether the held text ends with the first {@code n} characters of {@code stop}. */
    private boolean endsWith(String stop, int n) {
        int from = held.length() - n;
        if (from < 0) return false;
        for (int i = 0; i < n; i++) if (held.charAt(from + i) != stop.charAt(i)) return false;
        return true;
    }
}
