package org.decentralizedai.kernels;

/**
 * Which elements of flat tensors an operation takes, and where it puts them.
 *
 * @param out place of the first result
 * @param first place of the first operand
 * @param step from one operand to the next
 * @param count of results, and of operands
 */
public record Stride(int out, int first, int step, int count) {
    public Stride {
        if (out < 0 || first < 0 || step <= 0 || count <= 0)
            throw new IllegalArgumentException(
                    "must be >= 0, >= 0, > 0, > 0: " + out + ", " + first + ", " + step + ", " + count);
    }

    /** Elements that a tensor of operands has at least. */
    long reach() {
        return first + (long) step * (count - 1) + 1;
    }
}
