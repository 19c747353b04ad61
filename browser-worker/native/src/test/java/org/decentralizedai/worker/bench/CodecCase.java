package org.decentralizedai.worker.bench;

import static java.util.stream.Stream.concat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.decentralizedai.compress.Sender;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;

/** One form of update with what a worker and the server do with it. */
final class CodecCase {
    private static final double FEEDBACK = 0.9, TOKENS = 1024;

    private final UpdateForm form;
    private final float[] update;
    private final double[] sum;
    private final byte[] encoded;
    private final Sender sender = new Sender();
    private int round;

    /** @param sum shared by all cases, as a round's updates share one */
    CodecCase(UpdateForm form, float[] update, double[] sum) {
        this.form = form;
        this.update = update;
        this.sum = sum;
        encoded = new Sender().encode(form, round, update);
    }

    /** Every encoding whole; the dense ones also in slices, by which they get as small; two with feedback. */
    static List<UpdateForm> forms() {
        var whole = Arrays.stream(UpdateEncoding.values()).map(UpdateForm::whole);
        var sliced = Stream.of(UpdateEncoding.INT8, UpdateEncoding.INT4, UpdateEncoding.SIGN)
                .flatMap(encoding -> Stream.of(2, 3, 4).map(parts -> new UpdateForm(encoding, new Slice(1, parts), 0)));
        var kept = Stream.of(UpdateEncoding.TOP64_2BIT, UpdateEncoding.SIGN)
                .map(encoding -> new UpdateForm(encoding, Slice.WHOLE, FEEDBACK));
        return concat(whole, concat(sliced, kept)).toList();
    }

    static String name(UpdateForm form) {
        int parts = form.slice().parts();
        return form.encoding()
                + (parts == 1 ? "" : " 1 of " + parts + " parts")
                + (form.feedback() == 0 ? "" : " with feedback");
    }

    void encode() {
        sender.encode(form, round++, update);
    }

    void decodeAdd() {
        UpdateCodec.decodeAdd(form.encoding(), encoded, form.slice(), TOKENS, sum);
    }

    /** @param rates runs per second of encode, decodeAdd and the task */
    CodecLine line(String model, int threads, String seconds, double[] encodes, double[] adds, double[] tasks) {
        double gigabytes = 4e-9 * update.length, bytes = encoded.length / (double) update.length;
        double[] percent = new double[tasks.length];
        for (int i = 0; i < percent.length; i++) percent[i] = 100 * tasks[i] / encodes[i];
        return new CodecLine(
                "codec",
                name(form),
                model,
                update.length,
                threads,
                seconds,
                Measured.of(
                        "GB/s",
                        Arrays.stream(encodes).map(rate -> rate * gigabytes).toArray()),
                Measured.of(
                        "GB/s",
                        Arrays.stream(adds).map(rate -> rate * gigabytes).toArray()),
                Measured.rounded(bytes),
                Measured.rounded(4 / bytes),
                Measured.of("s", Arrays.stream(tasks).map(rate -> 1 / rate).toArray()),
                Measured.of("%", percent));
    }
}
