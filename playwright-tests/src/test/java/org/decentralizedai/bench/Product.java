package org.decentralizedai.bench;

import static org.decentralizedai.kernels.MatmulLayout.AB;
import static org.decentralizedai.kernels.MatmulLayout.ABT;
import static org.decentralizedai.kernels.MatmulLayout.ATB;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.model.ModelConfig;

/**
 * C (m,n) = op(A) op(B) with inner size k; written {@code ABT 768x128x352}: layout, m x k x n.
 *
 * @param accumulate C += instead
 */
record Product(MatmulLayout layout, int m, int n, int k, boolean accumulate) {
    /** Times k: dozens of times what f32 sums of k terms between -1 and 1 were seen to be off by. */
    private static final double TOLERANCE = 1e-6;

    private static final Pattern TEXT = Pattern.compile("(AB|ABT|ATB) (\\d{1,6})x(\\d{1,6})x(\\d{1,6})( \\+=)?");

    Product {
        if (m < 1 || n < 1 || k < 1)
            throw new IllegalArgumentException("sizes must be >= 1: " + m + ", " + n + ", " + k);
    }

    Product(MatmulLayout layout, int m, int n, int k) {
        this(layout, m, n, k, false);
    }

    static Product parse(String text) {
        var found = TEXT.matcher(text.strip());
        if (!found.matches())
            throw new IllegalArgumentException(
                    "a shape is AB, ABT or ATB and m x k x n, e.g. 'ABT 768x128x352': '" + text + "'");
        return new Product(
                MatmulLayout.valueOf(found.group(1)),
                Integer.parseInt(found.group(2)),
                Integer.parseInt(found.group(4)),
                Integer.parseInt(found.group(3)),
                found.group(5) != null);
    }

    /** One square in all layouts and one of a model: seconds. */
    static List<Product> quick() {
        var products = new ArrayList<>(layouts(256, 256, 256));
        products.add(new Product(ABT, 768, 352, 128));
        return products;
    }

    /** Squares, the MLP of a 384 wide model over 1024 tokens, all kinds of products of a step of {@code tiny}, and odd sizes. */
    static List<Product> all() {
        var products = new ArrayList<Product>();
        for (int size : new int[] {256, 512, 1024}) products.addAll(layouts(size, size, size));
        products.addAll(layouts(1024, 1536, 384));
        products.addAll(ofStep(ModelConfig.tiny(), 12));
        products.addAll(layouts(255, 257, 129));
        products.addAll(layouts(768, 65, 128));
        return products;
    }

    private static List<Product> layouts(int m, int n, int k) {
        return List.of(new Product(AB, m, n, k), new Product(ABT, m, n, k), new Product(ATB, m, n, k));
    }

    /** Forward, input gradient and weight gradient of a square projection, of the MLP and of the output layer. */
    private static List<Product> ofStep(ModelConfig config, int batch) {
        int rows = batch * config.context(), width = config.hidden();
        var products = new ArrayList<Product>();
        for (int out : new int[] {config.queryWidth(), config.intermediate(), config.vocabulary()}) {
            products.add(new Product(ABT, rows, out, width));
            products.add(new Product(AB, rows, width, out));
            products.add(new Product(ATB, out, width, rows));
        }
        return products;
    }

    double gigaflop() {
        return 2e-9 * m * n * k;
    }

    /** Whether an absolute error of an element is what f32 may show. */
    boolean allows(double error) {
        return error <= TOLERANCE * k;
    }

    /** As the pages know it. */
    Map<String, Object> toPage() {
        return Map.of("layout", layout.name(), "m", m, "n", n, "k", k, "accumulate", accumulate);
    }

    @Override
    public String toString() {
        return layout + " " + m + "x" + k + "x" + n + (accumulate ? " +=" : "");
    }
}
