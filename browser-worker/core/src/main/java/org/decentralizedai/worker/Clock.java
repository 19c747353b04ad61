package org.decentralizedai.worker;

/** Time that never goes backwards. */
public interface Clock {
    /** Milliseconds since some fixed moment. */
    double millis();
}
