package org.decentralizedai.model;

/** What a buffer is for. */
public enum Use {
    WEIGHTS,
    GRADIENTS,
    /** Adam's two. */
    MOMENTS,
    /** The residual stream at the layers' inputs, and what follows the last of them. */
    RESIDUALS,
    /** What layers keep for their backward. */
    ACTIVATIONS,
    /** Gradients of activations. */
    SCRATCH,
    LOGITS,
    /** Token ids, losses, tables of angles. */
    SMALL,
    /** On the way between the device and its host. */
    TRANSFER
}
