package org.decentralizedai.worker.bench;

import tools.jackson.databind.json.JsonMapper;

/**
 * One line of output: one form of update. GB/s are those of the whole update in f32: 4 bytes times its parameters, however many
 * of them are sent.
 *
 * @param what encoding, parts, feedback
 * @param seconds of the {@code clock}, or of the {@code processor}
 * @param encode by a worker, slicing and feedback included, GB/s
 * @param decodeAdd check, decode and add to the server's sum, GB/s
 * @param bytesPerParameter of the whole update
 * @param belowF32 how many times fewer bytes than every parameter in f32
 * @param task seconds of computing the update
 * @param encodePercent of the task's seconds, in the same round
 */
record CodecLine(
        String benchmark,
        String what,
        String model,
        int parameters,
        int taskThreads,
        String seconds,
        Measured encode,
        Measured decodeAdd,
        double bytesPerParameter,
        double belowF32,
        Measured task,
        Measured encodePercent) {
    private static final JsonMapper JSON = new JsonMapper();

    void print() {
        System.out.println(JSON.writeValueAsString(this));
    }
}
