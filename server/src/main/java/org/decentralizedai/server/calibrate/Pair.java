package org.decentralizedai.server.calibrate;

import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.server.verify.Agreement;

/**
 * Two updates of one task, compared in one form.
 *
 * @param source a {@link Calculation}, a {@link Cheat} or a recording
 * @param task number in the run
 */
record Pair(String source, boolean honest, UpdateEncoding encoding, long task, Agreement agreement) {}
