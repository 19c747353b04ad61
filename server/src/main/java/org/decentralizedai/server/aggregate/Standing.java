package org.decentralizedai.server.aggregate;

import org.decentralizedai.server.state.LoggedUpdate;

/** What is known of the senders before their updates are looked at. Must be stored: a round that is summed again asks again. */
@FunctionalInterface
public interface Standing {
    /** Everybody is believed alike. */
    Standing EQUAL = _ -> true;

    /** False for accounts that are too new; all of these together are heard only so far, see {@link Weights}. */
    boolean proven(LoggedUpdate update);
}
