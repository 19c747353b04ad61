package org.decentralizedai.model;

/** As what a backward reads the activations of its forward. */
public enum Precision {
    F32,
    /** What products and attention made, rounded to halves; the residual stream and logits are exact. */
    F16
}
