package org.decentralizedai.bench;

import java.util.List;

/**
 * One line of output: which share of our step's time its own matrix products would need, each measured alone, in turn
 * with the step: step, products, step, products ...
 *
 * @param share percent of each round
 * @param products milliseconds of all of a step
 * @param step milliseconds
 */
record ShareLine(
        String benchmark,
        String what,
        String unit,
        Measured share,
        Measured products,
        Measured step,
        List<Part> parts,
        AdapterSeen adapter,
        String chromium,
        String commit) {

    /** @param count in one step */
    record Part(String product, String kernel, int count, Measured millis) {}
}
