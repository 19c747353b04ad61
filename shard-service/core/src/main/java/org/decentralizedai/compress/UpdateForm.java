package org.decentralizedai.compress;

/**
 * How the update of a task is sent: which slice of it, in which encoding, and with how much of what earlier ones left behind.
 *
 * @param feedback β of {@link ErrorFeedback} for each round that passes; 0 for none: then the bytes follow from the task alone
 */
public record UpdateForm(UpdateEncoding encoding, Slice slice, double feedback) {
    public UpdateForm {
        if (!(feedback >= 0) || feedback >= 1)
            throw new IllegalArgumentException("feedback must be in [0, 1): feedback=" + feedback);
        if (feedback > 0 && slice.parts() > 1)
            throw new IllegalArgumentException("feedback needs whole updates: parts=" + slice.parts());
    }

    /** Whole updates without feedback. */
    public static UpdateForm whole(UpdateEncoding encoding) {
        return new UpdateForm(encoding, Slice.WHOLE, 0);
    }
}
