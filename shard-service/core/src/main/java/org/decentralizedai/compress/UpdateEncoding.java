package org.decentralizedai.compress;

import org.decentralizedai.kernels.BlockCode;
import org.jspecify.annotations.Nullable;

/** Forms of an update on the wire. The order is the wire format: append only. The package describes the bytes. */
public enum UpdateEncoding {
    /** Every value as f32. */
    F32(new Float32Form()),
    /** Blocks of {@link Int8Form#BLOCK} values: one f32 scale, then a signed byte each. */
    INT8(new Int8Form()),
    /** Blocks of {@link Int4Form#BLOCK} values: one bf16 scale, then four bits each. */
    INT4(new Int4Form()),
    /** The greatest 256 of every 4096 values, four bits each. */
    TOP256_4BIT(new TopForm(256, 4)),
    TOP256_2BIT(new TopForm(256, 2)),
    /** The greatest 128 of every 4096 values, four bits each. */
    TOP128_4BIT(new TopForm(128, 4)),
    TOP128_2BIT(new TopForm(128, 2)),
    /** The greatest 64 of every 4096 values, four bits each. */
    TOP64_4BIT(new TopForm(64, 4)),
    /** The form of SparseLoCo (Sarfi et al. 2025), with shorter positions. */
    TOP64_2BIT(new TopForm(64, 2)),
    /** Blocks of {@link SignForm#BLOCK} values: one bf16 scale, then a bit each. */
    SIGN(new SignForm());

    private final Form form;

    UpdateEncoding(Form form) {
        this.form = form;
    }

    Form form() {
        return form;
    }

    /** The code that this form is made of alone, so that a device can write it; null for the other forms. */
    public @Nullable BlockCode blockCode() {
        return switch (this) {
            case INT8 -> BlockCode.INT8;
            case INT4 -> BlockCode.INT4;
            case SIGN -> BlockCode.SIGN;
            default -> null;
        };
    }

    /** Whether only the greatest values of each chunk travel; what is dropped needs {@link ErrorFeedback} or is lost. */
    public boolean sparse() {
        return form instanceof TopForm;
    }
}
