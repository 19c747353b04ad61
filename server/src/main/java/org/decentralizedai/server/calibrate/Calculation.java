package org.decentralizedai.server.calibrate;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.UnaryOperator;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.worker.vector.VectorKernels;

/** Ways in which honest devices compute the same task to other bits. */
enum Calculation {
    /** What the server's auditor does: f32 on the processor's vectors. */
    AUDITOR {
        @Override
        Kernels kernels() {
            return new VectorKernels(1);
        }
    },
    /** Every sum of every product runs backwards. */
    BACKWARDS {
        @Override
        Kernels kernels() {
            return withOperands(new VectorKernels(1), Calculation::reversed);
        }
    },
    /** Operands of products have the 11 significant bits of f16, scaled by a power of two so that none is lost for its size. */
    HALF_OPERANDS {
        @Override
        Kernels kernels() {
            return withOperands(new VectorKernels(1), operand -> operand.with(halves(operand.values())));
        }
    },
    /** Doubles, in the order of the formulas: a browser without a GPU. */
    DOUBLES {
        @Override
        Kernels kernels() {
            return new ReferenceKernels();
        }
    };

    abstract Kernels kernels();

    /** A matrix on its way into a product. @param summedOverRows whether the product adds along its columns' direction */
    record Operand(float[] values, Shape shape, boolean summedOverRows) {
        Operand with(float[] other) {
            return new Operand(other, shape, summedOverRows);
        }
    }

    private static Operand reversed(Operand operand) {
        int rows = operand.shape().rows(), columns = operand.shape().columns();
        float[] reversed = new float[rows * columns];
        for (int r = 0; r < rows; r++)
            for (int c = 0; c < columns; c++) {
                int from = operand.summedOverRows() ? (rows - 1 - r) * columns + c : r * columns + columns - 1 - c;
                reversed[r * columns + c] = operand.values()[from];
            }
        return operand.with(reversed);
    }

    private static float[] halves(float[] values) {
        float greatest = 0;
        for (float value : values) greatest = Math.max(greatest, Math.abs(value));
        if (greatest == 0) return values;
        float scale = Math.scalb(1f, -Math.getExponent(greatest));
        float[] halves = new float[values.length];
        for (int i = 0; i < values.length; i++)
            halves[i] = Float.float16ToFloat(Float.floatToFloat16(values[i] * scale)) / scale;
        return halves;
    }

    /** The same kernels, but products see their operands changed. */
    private static Kernels withOperands(Kernels kernels, UnaryOperator<Operand> change) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
                    if (method.getName().equals("matmul")) {
                        var layout = (MatmulLayout) arguments[0];
                        arguments[2] = changed(kernels, (Tensor) arguments[2], layout == MatmulLayout.ATB, change);
                        arguments[3] = changed(kernels, (Tensor) arguments[3], layout != MatmulLayout.ABT, change);
                    }
                    try {
                        return method.invoke(kernels, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static Tensor changed(
            Kernels kernels, Tensor operand, boolean summedOverRows, UnaryOperator<Operand> change) {
        var copy = kernels.allocate(operand.shape());
        kernels.upload(
                copy,
                change.apply(new Operand(kernels.read(operand), operand.shape(), summedOverRows))
                        .values());
        return copy;
    }
}
