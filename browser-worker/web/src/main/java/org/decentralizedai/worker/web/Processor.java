package org.decentralizedai.worker.web;

import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.ReferenceKernels;
import org.decentralizedai.kernels.Tensor;
import org.decentralizedai.worker.Adapter;
import org.decentralizedai.worker.Device;
import org.decentralizedai.worker.DeviceMemory;
import org.decentralizedai.worker.web.gpu.Speed;

/** The processor as a device: the reference kernels on the worker's one thread. Slower than a GPU, and in every browser. */
record Processor(Adapter adapter, Kernels kernels) implements Device {
    /** As plans count it, in f32. The reference computes in doubles, and takes twice as much. */
    private static final DeviceMemory MEMORY = new DeviceMemory(256_000_000, 128 << 20);

    /** Measures it. Takes half a second or so. @param why there is nothing better, the beginning of a sentence */
    static Processor open(String why) {
        var kernels = new Interruptible();
        var adapter = new Adapter(
                why + ": computing on the processor",
                "",
                "processor",
                true,
                Speed.gigaflops(kernels),
                MEMORY.bufferBytes());
        return new Processor(adapter, kernels);
    }

    /** Wherever a GPU would be waited for, the socket and the page have their turn: nothing comes in while a worker computes. */
    private static final class Interruptible extends ReferenceKernels {
        @Override
        public float[] read(Tensor tensor) {
            giveWay();
            return super.read(tensor);
        }

        @Override
        public byte[] readBytes(Tensor code, int count) {
            giveWay();
            return super.readBytes(code, count);
        }

        private static void giveWay() {
            try {
                Thread.sleep(1); // a timer of the browser's: yield() need not leave the current one
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public DeviceMemory memory() {
        return MEMORY;
    }

    @Override
    public void close() {
        kernels.close();
    }
}
