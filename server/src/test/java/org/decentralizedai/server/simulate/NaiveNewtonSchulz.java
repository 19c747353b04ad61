package org.decentralizedai.server.simulate;

/** Jordan's Newton-Schulz as it is written down, in doubles: transposes what is tall, nothing is fused. */
final class NaiveNewtonSchulz {
    private NaiveNewtonSchulz() {}

    static double[][] orthogonal(double[][] g) {
        if (g.length > g[0].length) return transposed(orthogonal(transposed(g)));
        double squares = 0;
        for (double[] row : g) for (double value : row) squares += value * value;
        double[][] x = combined(1 / (Math.sqrt(squares) + 1e-7), g, 0, g);
        for (int i = 0; i < 5; i++) {
            double[][] a = product(x, transposed(x));
            double[][] b = combined(-4.7750, a, 2.0315, product(a, a));
            x = combined(3.4445, x, 1, product(b, x));
        }
        return x;
    }

    static double[][] matrix(float[] values, int columns) {
        double[][] matrix = new double[values.length / columns][columns];
        for (int i = 0; i < values.length; i++) matrix[i / columns][i % columns] = values[i];
        return matrix;
    }

    static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) for (int j = 0; j < t.length; j++) t[j][i] = a[i][j];
        return t;
    }

    static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++)
            for (int j = 0; j < b[0].length; j++) for (int k = 0; k < b.length; k++) c[i][j] += a[i][k] * b[k][j];
        return c;
    }

    /** s A + t B. */
    private static double[][] combined(double s, double[][] a, double t, double[][] b) {
        double[][] c = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) for (int j = 0; j < c[0].length; j++) c[i][j] = s * a[i][j] + t * b[i][j];
        return c;
    }
}
