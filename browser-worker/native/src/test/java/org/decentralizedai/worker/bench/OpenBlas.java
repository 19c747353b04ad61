package org.decentralizedai.worker.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.List;
import org.decentralizedai.kernels.MatmulLayout;

/** The system's OpenBLAS, called through {@code java.lang.foreign}. Its operands lie outside the heap, on cache lines. */
final class OpenBlas implements AutoCloseable {
    private static final List<String> NAMES = List.of("libopenblas.so.0", "libopenblas.so", "libopenblas.dylib");
    private static final int ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112;
    private static final long CACHE_LINE = 64;

    private final Arena arena = Arena.ofConfined();
    private final SymbolLookup library;
    private final MethodHandle sgemm;

    /** @throws IllegalStateException when there is no OpenBLAS */
    OpenBlas(int threads) {
        library = open();
        sgemm = function(
                "cblas_sgemm",
                FunctionDescriptor.ofVoid(
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT,
                        ADDRESS,
                        JAVA_INT,
                        JAVA_FLOAT,
                        ADDRESS,
                        JAVA_INT));
        try {
            function("openblas_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT))
                    .invokeExact(threads);
        } catch (Throwable e) {
            throw new IllegalStateException("openblas_set_num_threads failed", e);
        }
    }

    private SymbolLookup open() {
        for (String name : NAMES) {
            try {
                return SymbolLookup.libraryLookup(name, arena);
            } catch (IllegalArgumentException e) {
                // not under this name: the next one may be there
            }
        }
        throw new IllegalStateException("OpenBLAS not found as any of " + NAMES);
    }

    private MethodHandle function(String name, FunctionDescriptor type) {
        MemorySegment address =
                library.find(name).orElseThrow(() -> new IllegalStateException("OpenBLAS has no " + name));
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    /** Its version and the kind of core it chose its kernels for. */
    String name() {
        String[] words = text("openblas_get_config").split(" ");
        return words[0] + " " + words[1] + " for " + text("openblas_get_corename");
    }

    private String text(String function) {
        var string =
                ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(1024, java.lang.foreign.ValueLayout.JAVA_BYTE));
        try {
            return ((MemorySegment)
                            function(function, FunctionDescriptor.of(string)).invokeExact())
                    .getString(0)
                    .strip();
        } catch (Throwable e) {
            throw new IllegalStateException(function + " failed", e);
        }
    }

    MemorySegment matrix(float[] values) {
        MemorySegment matrix = arena.allocate((long) Float.BYTES * values.length, CACHE_LINE);
        MemorySegment.copy(values, 0, matrix, JAVA_FLOAT, 0, values.length);
        return matrix;
    }

    /** C (m,n) = op(A) op(B). */
    void multiply(MatmulLayout layout, MemorySegment c, MemorySegment a, MemorySegment b, int m, int n, int k) {
        boolean ta = layout == MatmulLayout.ATB, tb = layout == MatmulLayout.ABT;
        try {
            sgemm.invokeExact(
                    ROW_MAJOR,
                    ta ? TRANSPOSE : NO_TRANSPOSE,
                    tb ? TRANSPOSE : NO_TRANSPOSE,
                    m,
                    n,
                    k,
                    1f,
                    a,
                    ta ? m : k,
                    b,
                    tb ? k : n,
                    0f,
                    c,
                    n);
        } catch (Throwable e) {
            throw new IllegalStateException("cblas_sgemm failed", e);
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
