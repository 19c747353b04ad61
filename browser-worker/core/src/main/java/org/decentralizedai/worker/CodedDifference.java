package org.decentralizedai.worker;

import org.decentralizedai.compress.Slice;
import org.decentralizedai.kernels.BlockCode;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.model.Parameters;

/**
 * The difference of two sets of parameters, written as a code where they are, so that only its bytes come to the host: in as
 * few reads as the room allows.
 *
 * @param values room for a piece of the difference; where a piece is not all of it, of whole {@link #UNIT}s
 * @param words room for code, as large
 */
record CodedDifference(Kernels kernels, Tensor values, Tensor words) {
    /** Values whose code, in every form, ends where a device can bind the next. */
    static final int UNIT = 1 << 16;

    byte[] of(Parameters a, Parameters b, BlockCode code, Slice slice) {
        int count = slice.length(a.layout().parameterCount()), used = 0, written = 0;
        byte[] bytes = new byte[code.bytes(count)];
        for (int from = 0, length; from < count; from += length) {
            length = Math.min(values.size(), count - from);
            int needed = code.words(length);
            if (used + needed > words.size()) {
                written = read(used, bytes, written);
                used = 0;
            }
            Tensor piece = values.view(0, Shape.vector(length));
            a.minus(kernels, piece, b, slice.part() + from * slice.parts(), slice.parts());
            kernels.encode(words.view(used, Shape.vector(needed)), piece, code);
            used += needed;
        }
        if (used > 0) read(used, bytes, written);
        return bytes;
    }

    /** @return bytes that are written then */
    private int read(int used, byte[] bytes, int written) {
        int count = Math.min(Integer.BYTES * used, bytes.length - written);
        System.arraycopy(kernels.readBytes(words.view(0, Shape.vector(used)), count), 0, bytes, written, count);
        return written + count;
    }
}
