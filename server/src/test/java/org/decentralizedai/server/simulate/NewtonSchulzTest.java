package org.decentralizedai.server.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.worker.vector.VectorKernels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NewtonSchulzTest {
    private final Kernels kernels = new VectorKernels(1);

    @AfterEach
    void close() {
        kernels.close();
    }

    @ParameterizedTest
    @CsvSource({"48,16", "16,48", "12,12", "32,32", "1,7", "7,1", "176,64", "64,176"})
    void orthogonal_randomMatrix_hasSingularValuesNearOneAndIsTheNaiveOne(int rows, int columns) {
        var random = new Random(31L * rows + columns);
        var newtonSchulz = new NewtonSchulz(kernels, Shape.of(rows, columns));
        for (double size : new double[] {1e-3, 1, 1e3}) { // one after the other in the same memory
            float[] g = regular(random, rows, columns, size);
            double[][] naive = NaiveNewtonSchulz.orthogonal(NaiveNewtonSchulz.matrix(g, columns));
            double[][] ours = NaiveNewtonSchulz.matrix(newtonSchulz.orthogonal(g), columns);
            assertThat(singularValues(ours))
                    .allSatisfy(value -> assertThat(value).isBetween(0.5, 1.5).isLessThan(NewtonSchulz.GREATEST));
            for (int i = 0; i < rows; i++)
                for (int j = 0; j < columns; j++)
                    assertThat(ours[i][j] - naive[i][j]).isBetween(-1e-4, 1e-4);
        }
    }

    /** A square matrix can be almost singular, which five iterations do not mend: those are drawn again. */
    private static float[] regular(Random random, int rows, int columns, double size) {
        while (true) {
            float[] g = new float[rows * columns];
            for (int i = 0; i < g.length; i++) g[i] = (float) (size * random.nextGaussian());
            var values = singularValues(NaiveNewtonSchulz.matrix(g, columns));
            double norm = Math.sqrt(values.stream().mapToDouble(v -> v * v).sum());
            if (values.stream().allMatch(value -> value > 0.002 * norm)) return g;
        }
    }

    @Test
    void orthogonal_almostSingular_raisesNothingAboveTheBound() {
        float[] g = {1, 0, 0, 1e-5f};
        var values =
                singularValues(NaiveNewtonSchulz.matrix(new NewtonSchulz(kernels, Shape.of(2, 2)).orthogonal(g), 2));
        assertThat(values.getFirst()).isLessThan(0.01);
        assertThat(values.getLast()).isBetween(0.5, NewtonSchulz.GREATEST);
    }

    @Test
    void orthogonal_zero_staysZero() {
        assertThat(new NewtonSchulz(kernels, Shape.of(3, 4)).orthogonal(new float[12]))
                .containsOnly(0);
    }

    /** From the smallest on: square roots of the eigenvalues of the smaller Gram matrix, by Jacobi's rotations. */
    private static List<Double> singularValues(double[][] matrix) {
        double[][] wide = matrix.length <= matrix[0].length ? matrix : NaiveNewtonSchulz.transposed(matrix);
        double[][] a = NaiveNewtonSchulz.product(wide, NaiveNewtonSchulz.transposed(wide));
        int n = a.length;
        for (int sweep = 0; sweep < 20; sweep++)
            for (int p = 0; p < n; p++)
                for (int q = p + 1; q < n; q++) {
                    double angle = Math.atan2(2 * a[p][q], a[q][q] - a[p][p]) / 2;
                    double c = Math.cos(angle), s = Math.sin(angle);
                    for (int k = 0; k < n; k++) {
                        double x = a[k][p], y = a[k][q];
                        a[k][p] = c * x - s * y;
                        a[k][q] = s * x + c * y;
                    }
                    for (int k = 0; k < n; k++) {
                        double x = a[p][k], y = a[q][k];
                        a[p][k] = c * x - s * y;
                        a[q][k] = s * x + c * y;
                    }
                }
        return IntStream.range(0, n).mapToObj(i -> Math.sqrt(a[i][i])).sorted().toList();
    }
}
