package org.decentralizedai.worker.web;

import java.util.List;
import org.decentralizedai.kernels.KernelException;
import org.decentralizedai.worker.Event;
import org.decentralizedai.worker.EventQueue;
import org.decentralizedai.worker.Power;
import org.decentralizedai.worker.WorkerPorts;
import org.decentralizedai.worker.WorkerSession;
import org.decentralizedai.worker.web.gpu.GpuDevice;
import org.decentralizedai.worker.web.gpu.GpuKernels;
import org.decentralizedai.worker.web.gpu.KernelCheck;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;

/** The module Web Worker: obeys the page's commands, one {@link WorkerSession} at a time. */
public final class WorkerMain {
    private final WebClock clock = new WebClock();
    private final Power power = new Power(1);
    private @Nullable EventQueue session; // of the running one
    private @Nullable Measurements measurements; // between a 'measure' and the next 'stop'
    private boolean busy;

    private WorkerMain() {}

    public static void main(String[] args) {
        var worker = new WorkerMain();
        listen(command -> new Thread(() -> worker.obey(command)).start());
    }

    /** Takes over from the boot script, which has kept what came before. */
    @JSBody(
            params = "handler",
            script = "self.onmessage = function(message) { handler(message.data); };"
                    + " self.earlyCommands.splice(0).forEach(function(command) { handler(command); });")
    private static native void listen(Command.Handler handler);

    private void obey(Command command) {
        switch (command.getType()) {
            case "start" -> start(command);
            case "stop" -> {
                endMeasurements();
                tell(new Event.Stop());
            }
            case "power" -> {
                power.set(command.getPower());
                tell(new Event.Wake());
            }
            case "check" -> check();
            case "measure" -> measure((MeasureCommand) command);
            default -> throw new IllegalArgumentException("unknown command: " + command.getType());
        }
    }

    private void tell(Event event) {
        EventQueue running = session;
        if (running != null) running.put(event);
        else if (event instanceof Event.Stop) Page.state("stopped", "");
    }

    private void start(Command command) {
        if (busy) return;
        busy = true;
        power.set(command.getPower());
        var inbox = new EventQueue(clock);
        session = inbox;
        try {
            new WorkerSession(ports(command, inbox), command.getKey(), power).run();
        } catch (RuntimeException e) { // a mistake of ours: the page must not go on showing "training"
            Page.state("failed", "the worker failed: " + e);
            throw e;
        } finally {
            session = null;
            busy = false;
        }
    }

    private WorkerPorts ports(Command command, EventQueue inbox) {
        String url = command.getUrl();
        return new WorkerPorts(
                new WebNetwork(url, inbox),
                inbox,
                new WebDevices(command.isOnProcessor()),
                new WebShards(shards(url)),
                new WebBlobCache("weights"),
                new WebBlobCache("corpus"),
                new WebDigest(),
                clock,
                new Page());
    }

    @JSBody(params = "url", script = "return new URL('/shards/', url.replace(/^ws/, 'http')).href;")
    private static native String shards(String url);

    private void check() {
        if (busy) return;
        busy = true;
        try (GpuDevice gpu = GpuDevice.request();
                GpuKernels kernels = GpuKernels.open(gpu)) {
            List<KernelCheck.Result> results = KernelCheck.runEveryKernel(kernels);
            Page.check(results.size(), GpuDevices.failures(results));
        } catch (KernelException e) {
            Page.notChecked(String.valueOf(e.getMessage()));
        } finally {
            busy = false;
        }
    }

    private void measure(MeasureCommand command) {
        if (busy) return;
        busy = true;
        try {
            Measurements ready = measurements;
            if (ready == null) measurements = ready = new Measurements();
            ready.measure(command);
        } catch (KernelException | IllegalArgumentException e) {
            Measurements.failed(String.valueOf(e.getMessage()));
        } finally {
            busy = false;
        }
    }

    private void endMeasurements() {
        Measurements open = measurements;
        if (busy || open == null) return;
        measurements = null;
        open.close();
    }
}
