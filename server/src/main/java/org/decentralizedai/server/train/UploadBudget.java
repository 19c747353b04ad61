package org.decentralizedai.server.train;

import java.time.Duration;
import java.util.List;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateCodec;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;

/**
 * What a volunteer's line can carry, and the rule by which a run picks the form of its updates: the densest whose upload fits.
 * The order is that of the loss at equal bytes, measured in docs/training-recipe.md. None of these forms keeps state on the
 * device, so that it does not matter how long a volunteer stays, and anybody can recompute an update from its task.
 *
 * @param upMbit that a volunteer can send, Mbit/s
 * @param taskSeconds that a task is computed
 * @param share of that time which the upload may take on top
 */
record UploadBudget(double upMbit, double taskSeconds, double share) {
    /** A home's line, tasks of a minute, three seconds of upload. */
    static final UploadBudget HOME = new UploadBudget(10, 60, 0.05);

    private static final double BYTES_PER_MEGABIT = 125_000;

    private static final List<UpdateForm> DENSEST_FIRST = List.of(
            form(UpdateEncoding.INT8, 1),
            form(UpdateEncoding.INT4, 1),
            form(UpdateEncoding.SIGN, 1),
            form(UpdateEncoding.SIGN, 2),
            form(UpdateEncoding.SIGN, 3),
            form(UpdateEncoding.SIGN, 4),
            form(UpdateEncoding.SIGN, 5),
            form(UpdateEncoding.SIGN, 6),
            form(UpdateEncoding.SIGN, 8));

    private static UpdateForm form(UpdateEncoding encoding, int parts) {
        return new UpdateForm(encoding, new Slice(0, parts), 0);
    }

    long bytes() {
        return (long) (BYTES_PER_MEGABIT * upMbit * taskSeconds * share);
    }

    /** That an update takes at most. */
    Duration upload() {
        return Duration.ofMillis((long) (1000 * taskSeconds * share));
    }

    /** That a line takes for so many bytes which is as slow in both ways. */
    double seconds(long bytes) {
        return bytes / (BYTES_PER_MEGABIT * upMbit);
    }

    /** @throws IllegalArgumentException when the model is too large for this line: give tasks more time */
    UpdateForm densest(ModelConfig model) {
        return densest(ParameterLayout.of(model).parameterCount());
    }

    /** @throws IllegalArgumentException when the model is too large for this line: give tasks more time */
    UpdateForm densest(int parameters) {
        return DENSEST_FIRST.stream()
                .filter(form -> UpdateCodec.maxEncodedBytes(
                                form.encoding(), form.slice().length(parameters))
                        <= bytes())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no form of " + parameters
                        + " parameters fits the upload of " + bytes() + " bytes: tasks must take longer"));
    }
}
