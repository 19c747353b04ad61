package org.decentralizedai.model;

import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/**
 * Where buffers come from: a device ({@link Arena}), or nowhere, when somebody only wants to know which ones there will be.
 * Whatever needs memory takes all of it from one of these before it starts, so that both answers are the same.
 */
public interface Allocator {
    /** All zero. */
    Tensor tensor(Use use, Shape shape);

    /** Room for a tensor of this shape in halves. */
    Halves halves(Use use, Shape shape);

    /** Room for {@code count} tokens of a vocabulary. */
    Tokens tokens(int count, int vocabulary);
}
