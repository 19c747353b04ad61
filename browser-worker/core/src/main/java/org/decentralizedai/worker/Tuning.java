package org.decentralizedai.worker;

import java.util.List;

/**
 * How a device made itself fast for a model.
 *
 * @param choices one for each shape that was measured
 * @param millis that it took
 * @param remembered all from an earlier visit, instead of measured
 */
public record Tuning(List<KernelChoice> choices, double millis, boolean remembered) {
    /** Of a device with one kernel for each operation. */
    public static final Tuning NONE = new Tuning(List.of(), 0, false);
}
