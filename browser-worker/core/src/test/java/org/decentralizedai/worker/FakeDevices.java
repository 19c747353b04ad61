package org.decentralizedai.worker;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.kernels.Kernels;
import org.decentralizedai.kernels.ReferenceKernels;

/** Reference devices whose reads take simulated time and may fail. */
final class FakeDevices implements Devices {
    static final double READ_MILLIS = 100;

    private final World world;
    int opened, closed, reads, allocations;
    DeviceMemory memory = new DeviceMemory(1L << 30, 1 << 27);
    boolean none;
    final List<String> chosen = new ArrayList<>(); // kernels: "tuned" or "standard"

    /** Called before each read with its number from 1 over all devices; throws to lose the device. */
    IntConsumer beforeRead = _ -> {};

    FakeDevices(World world) {
        this.world = world;
    }

    @Override
    public Device open() {
        if (none) throw new KernelException("This browser has no WebGPU.");
        opened++;
        return new FakeDevice(kernels());
    }

    private Kernels kernels() {
        var reference = new ReferenceKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[] {Kernels.class}, (_, method, arguments) -> {
                    if (method.getName().startsWith("allocate")) allocations++;
                    if (method.getName().equals("read")) {
                        beforeRead.accept(++reads);
                        world.pass(READ_MILLIS);
                    }
                    try {
                        return method.invoke(reference, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private final class FakeDevice implements Device {
        private final Kernels kernels;

        private FakeDevice(Kernels kernels) {
            this.kernels = kernels;
        }

        @Override
        public Adapter adapter() {
            return new Adapter("reference", "", "", true, 1, 1 << 27);
        }

        @Override
        public Kernels kernels() {
            return kernels;
        }

        @Override
        public Tuning tune(TaskShape shape) {
            chosen.add("tuned");
            return Tuning.NONE;
        }

        @Override
        public void useStandardKernels() {
            chosen.add("standard");
        }

        @Override
        public DeviceMemory memory() {
            return memory;
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
