package org.decentralizedai.server.simulate;

/**
 * AdamW's state between two tasks of a worker. Immutable: nobody writes to the arrays.
 *
 * @param first moment, packed as checkpoints are
 * @param second moment, packed as checkpoints are
 * @param steps that it comes from
 */
record Moments(byte[] first, byte[] second, int steps) {}
