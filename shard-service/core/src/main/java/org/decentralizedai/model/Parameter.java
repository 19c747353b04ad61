package org.decentralizedai.model;

import org.decentralizedai.kernels.Shape;

/**
 * One named weight and where it lies.
 *
 * @param name Hugging Face's Llama name
 * @param vector one-dimensional in files: a norm's weight, never decayed
 * @param segment index of the flat tensor that holds it
 * @param offset elements before it in that segment, a multiple of {@link ParameterLayout#ALIGNMENT}
 */
public record Parameter(String name, Shape shape, boolean vector, int segment, int offset) {
    public int size() {
        return shape.size();
    }
}
