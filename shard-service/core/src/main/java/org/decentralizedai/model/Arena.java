package org.decentralizedai.model;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.kernels.Halves;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.kernels.Tokens;

/** Buffers of one device that are released together. */
public final class Arena implements Allocator {
    private final Kernels kernels;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<Halves> halves = new ArrayList<>();
    private final List<Tokens> tokens = new ArrayList<>();

    public Arena(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Tensor tensor(Use use, Shape shape) {
        Tensor tensor = kernels.allocate(shape);
        tensors.add(tensor);
        return tensor;
    }

    @Override
    public Halves halves(Use use, Shape shape) {
        Halves room = kernels.allocateHalves(shape);
        halves.add(room);
        return room;
    }

    @Override
    public Tokens tokens(int count, int vocabulary) {
        Tokens room = kernels.allocateTokens(count, vocabulary);
        tokens.add(room);
        return room;
    }

    /** Releases all of them. */
    public void free() {
        tensors.forEach(kernels::free);
        halves.forEach(kernels::free);
        tokens.forEach(kernels::free);
        tensors.clear();
        halves.clear();
        tokens.clear();
    }
}
