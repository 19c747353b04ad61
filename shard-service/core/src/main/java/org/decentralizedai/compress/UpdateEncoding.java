package org.decentralizedai.compress;

/** Forms of an update on the wire. The order is the wire format: append only. */
public enum UpdateEncoding {
    /** Every value as f32. */
    F32,
    /** Blocks of {@link UpdateCodec#BLOCK} values: one f32 scale, then a signed byte each. */
    INT8
}
