package org.decentralizedai.worker;

/** What a running task calls between two pieces of work. Each may throw {@link TaskDropped} or {@link SessionEnded}. */
interface Pulse {
    /** Hears what has arrived and tells how far the task is. */
    void attend(int stepsDone, double loss);

    /**
     * Whether to send the steps that are done instead of doing more: the visitor has stopped, or the lease is about to end. Never
     * before the first step is done.
     */
    boolean enough();

    /** Waits, hearing what arrives. */
    void pause(double millis);

    /**
     * Rests as long as the visitor's power setting wants after computing for so long, or until it is {@link #enough}.
     *
     * @return milliseconds that it wants
     */
    double restAfter(double millis);
}
