package org.decentralizedai.store.djl;

/** Takes drawn tokens as they come, with the likeliest ones besides, on the thread that generates. */
@FunctionalInterface
public interface DrawnSink {
    /** @return false to stop generating */
    boolean accept(Drawn token);
}
