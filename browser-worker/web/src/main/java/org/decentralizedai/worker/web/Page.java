package org.decentralizedai.worker.web;

import java.util.List;
import java.util.Locale;
import org.decentralizedai.worker.Adapter;
import org.decentralizedai.worker.KernelChoice;
import org.decentralizedai.worker.Tuning;
import org.decentralizedai.worker.WorkerEvent;
import org.decentralizedai.worker.WorkerListener;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.core.JSArray;
import org.teavm.jso.core.JSString;

/** Posts events to the page as the plain objects that package-info describes. */
final class Page implements WorkerListener {
    private static final double MIB = 1 << 20;

    @Override
    public void on(WorkerEvent event) {
        switch (event) {
            case WorkerEvent.State e -> state(e.phase().name().toLowerCase(Locale.ROOT), e.reason());
            case WorkerEvent.Probed e -> adapter(e.adapter());
            case WorkerEvent.Welcomed e -> welcome(e.worker(), e.run(), e.parameters(), e.checkpointBytes());
            case WorkerEvent.Planned e ->
                memory(e.bytes(), e.keeping().name(), e.keeping().recomputes());
            case WorkerEvent.Downloaded e -> download(e.bytes(), e.totalBytes());
            case WorkerEvent.Tuned e -> tuned(e.tuning());
            case WorkerEvent.Refetched e -> refetched(e.sentence());
            case WorkerEvent.Progress e -> progress(e.round(), e.step(), e.steps(), e.loss(), e.tokensPerSecond());
            case WorkerEvent.Judged e ->
                verdict(e.code().name(), e.sentence(), e.tokens(), e.tasksAccepted(), e.tasksRefused());
            case WorkerEvent.Dropped e -> dropped(e.sentence());
        }
    }

    private static void adapter(Adapter a) {
        adapter(a.description(), a.vendor(), a.architecture(), a.software(), a.gigaflops(), a.maxStorageBytes() / MIB);
    }

    @JSBody(
            params = {"state", "reason"},
            script = "self.postMessage({type: 'state', state: state, reason: reason});")
    static native void state(String state, String reason);

    @JSBody(
            params = {"description", "vendor", "architecture", "software", "gigaflops", "maxStorageMiB"},
            script = "self.postMessage({type: 'adapter', description: description, vendor: vendor,"
                    + " architecture: architecture, software: software, gigaflops: gigaflops,"
                    + " maxStorageMiB: maxStorageMiB});")
    private static native void adapter(
            String description,
            String vendor,
            String architecture,
            boolean software,
            double gigaflops,
            double maxStorageMiB);

    @JSBody(
            params = {"worker", "run", "parameters", "bytes"},
            script = "self.postMessage({type: 'welcome', worker: worker, run: run, parameters: parameters,"
                    + " checkpointBytes: bytes});")
    private static native void welcome(String worker, String run, int parameters, double bytes);

    @JSBody(
            params = {"bytes", "keeping", "recompute"},
            script = "self.postMessage({type: 'memory', bytes: bytes, keeping: keeping, recompute: recompute});")
    private static native void memory(double bytes, String keeping, boolean recompute);

    @JSBody(
            params = {"bytes", "total"},
            script = "self.postMessage({type: 'download', bytes: bytes, totalBytes: total});")
    private static native void download(double bytes, double total);

    private static void tuned(Tuning tuning) {
        var kernels = new JSArray<JSObject>();
        for (KernelChoice choice : tuning.choices())
            kernels.push(kernel(choice.operation(), choice.kernel(), choice.millis(), choice.standardMillis()));
        tuned(kernels, tuning.millis(), tuning.remembered());
    }

    @JSBody(
            params = {"operation", "kernel", "millis", "standard"},
            script = "return {operation: operation, kernel: kernel, millis: millis, standardMillis: standard};")
    private static native JSObject kernel(String operation, String kernel, double millis, double standard);

    @JSBody(
            params = {"kernels", "millis", "remembered"},
            script = "self.postMessage({type: 'tuned', kernels: kernels, millis: millis, remembered: remembered});")
    private static native void tuned(JSArray<JSObject> kernels, double millis, boolean remembered);

    @JSBody(params = "sentence", script = "self.postMessage({type: 'refetched', sentence: sentence});")
    private static native void refetched(String sentence);

    @JSBody(
            params = {"round", "step", "steps", "loss", "rate"},
            script = "self.postMessage({type: 'progress', round: round, step: step, steps: steps, loss: loss,"
                    + " tokensPerSecond: rate});")
    private static native void progress(int round, int step, int steps, double loss, double rate);

    @JSBody(
            params = {"code", "sentence", "tokens", "accepted", "refused"},
            script = "self.postMessage({type: 'verdict', code: code, sentence: sentence, tokens: tokens,"
                    + " tasksAccepted: accepted, tasksRefused: refused});")
    private static native void verdict(String code, String sentence, int tokens, int accepted, int refused);

    @JSBody(params = "sentence", script = "self.postMessage({type: 'dropped', sentence: sentence});")
    private static native void dropped(String sentence);

    /** @param failures empty when every case was met */
    static void check(int cases, List<String> failures) {
        var names = new JSArray<JSString>();
        for (String failure : failures) names.push(JSString.valueOf(failure));
        check(failures.isEmpty(), cases, names, "");
    }

    static void notChecked(String reason) {
        check(false, 0, new JSArray<>(), reason);
    }

    @JSBody(
            params = {"passed", "cases", "failures", "reason"},
            script = "self.postMessage({type: 'check', passed: passed, cases: cases, failures: failures,"
                    + " reason: reason});")
    private static native void check(boolean passed, int cases, JSArray<JSString> failures, String reason);
}
