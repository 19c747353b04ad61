package org.decentralizedai.worker.jvm;

import jdk.incubator.vector.FloatVector;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.MatmulLayout;
import org.decentralizedai.kernels.Shape;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.worker.Adapter;
import org.decentralizedai.worker.Device;
import org.decentralizedai.worker.DeviceMemory;
import org.decentralizedai.worker.Devices;
import org.decentralizedai.worker.vector.VectorKernels;

/** The processor of this machine as a device. */
record CpuDevices(int threads) implements Devices {
    private record Cpu(Adapter adapter, Kernels kernels) implements Device {
        /** Half of the heap: the other half is for checkpoints and updates on their way. */
        @Override
        public DeviceMemory memory() {
            long heap = Runtime.getRuntime().maxMemory();
            return new DeviceMemory(heap / 2, heap);
        }

        @Override
        public void close() {
            kernels.close();
        }
    }

    private static final int SIZE = 256, PRODUCTS = 40;

    @Override
    public Device open() {
        var kernels = new VectorKernels(threads);
        int lanes = FloatVector.SPECIES_PREFERRED.length();
        String description = System.getProperty("os.arch") + " processor, " + threads + " threads, " + lanes + " lanes";
        var adapter = new Adapter(
                description,
                "JVM " + Runtime.version().feature(),
                System.getProperty("os.arch"),
                true,
                gigaflops(kernels),
                Runtime.getRuntime().maxMemory());
        return new Cpu(adapter, kernels);
    }

    /** Best of some square products, after the compiler has seen them. */
    private static double gigaflops(Kernels kernels) {
        Shape square = Shape.of(SIZE, SIZE);
        Tensor a = kernels.allocate(square), b = kernels.allocate(square), c = kernels.allocate(square);
        double best = 0;
        for (int i = 0; i < PRODUCTS; i++) {
            long start = System.nanoTime();
            kernels.matmul(MatmulLayout.ABT, c, a, b, false);
            best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / (System.nanoTime() - start));
        }
        return best;
    }
}
