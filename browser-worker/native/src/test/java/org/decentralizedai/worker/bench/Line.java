package org.decentralizedai.worker.bench;

import tools.jackson.databind.json.JsonMapper;

/**
 * One line of output: ours and the peer in one case, measured in the same run.
 *
 * @param seconds of the {@code clock}, or of the {@code processor}
 * @param ratio ours / peer of each round, greater is better
 * @param difference between the results of ours and the peer's, relative: 0 is equal
 */
record Line(
        String benchmark,
        String what,
        String unit,
        int threads,
        String seconds,
        Measured ours,
        Measured peer,
        Measured ratio,
        double difference) {
    private static final JsonMapper JSON = new JsonMapper();

    void print() {
        System.out.println(JSON.writeValueAsString(this));
    }
}
