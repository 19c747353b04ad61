package org.decentralizedai.server.aggregate;

import org.decentralizedai.server.state.LoggedUpdate;

/** What is known of the senders before their updates are looked at. Must be stored: a round that is summed again asks again. */
public interface Standing {
    /** Everybody is believed alike. */
    Standing EQUAL = new Standing() {
        @Override
        public double trust(LoggedUpdate update) {
            return 1;
        }

        @Override
        public boolean proven(LoggedUpdate update) {
            return true;
        }
    };

    /** By which the update's weight is multiplied, ≥ 0. */
    double trust(LoggedUpdate update);

    /** False for accounts that are too new; all of these together are heard only so far, see {@link Weights}. */
    boolean proven(LoggedUpdate update);
}
