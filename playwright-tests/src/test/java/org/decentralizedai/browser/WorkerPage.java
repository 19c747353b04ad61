package org.decentralizedai.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;

/** A page whose worker asks a {@link TaskServer} for tasks, and all that the worker has said ({@code events}). */
final class WorkerPage implements AutoCloseable {
    /** The scripts of the shipped worker. */
    static final String JS = "'/worker/boot-js.js'", WASM = "'/worker/boot-wasm.js'";

    private static final int DEADLINE_MILLIS = 180_000;

    interface Condition {
        boolean holds();
    }

    private final Page page;
    private final TaskServer server;

    /** @param script an expression in JavaScript: the worker's URL */
    WorkerPage(Chromium chromium, TaskServer server, String script) {
        page = chromium.browser().newPage();
        this.server = server;
        load(script);
    }

    /**
     * A worker script whose browser is another one, by what runs before it. Static imports: a command must not come before
     * the boot script.
     */
    static String after(String prelude) {
        return """
                (() => {
                    const module = text => URL.createObjectURL(new Blob([text], {type: 'text/javascript'}));
                    const prelude = module(`%s`);
                    return module(`import '${prelude}'; import '${location.origin}/worker/boot-js.js';`);
                })()""".formatted(prelude);
    }

    /** Half of it is what a task may take. */
    static String machineOf(long bytes) {
        return after("Object.defineProperty(WorkerNavigator.prototype, 'deviceMemory', {value: %s});"
                .formatted(bytes / (double) (1 << 30)));
    }

    /** Another worker, in the same page or as it is after a visit: what the browser has stored is there. */
    void load(String script) {
        page.navigate("http://localhost:" + server.port());
        page.evaluate("() => { window.events = []; window.worker = new Worker(" + script + ", {type: 'module'});"
                + " worker.onmessage = e => { events.push(e.data); };"
                + " worker.onerror = e => { events.push({type: 'error', message: e.message}); }; }");
    }

    void start() {
        command("{type: 'start', url: 'ws://localhost:" + server.port()
                + "/worker', key: '0123456789abcdef0123456789abcdef', power: 1}");
    }

    void command(String command) {
        page.evaluate("worker.postMessage(" + command + ")");
    }

    void terminate() {
        evaluate("worker.terminate()");
    }

    Object evaluate(String expression) {
        return page.evaluate(expression);
    }

    Object evaluate(String expression, Object argument) {
        return page.evaluate(expression, argument);
    }

    boolean holds(String expression) {
        return (boolean) page.evaluate(expression);
    }

    boolean seen(String type) {
        return (boolean) page.evaluate("type => events.some(e => e.type == type)", type);
    }

    /** The last of the tasks that were offered so far has its update. */
    void awaitUpdates() {
        await(() -> server.updates.getLast().isDone());
    }

    /** Playwright dispatches the page's events only while it is called. */
    void await(Condition condition) {
        long deadline = System.nanoTime() + DEADLINE_MILLIS * 1_000_000L;
        while (!condition.holds()) {
            Object trouble =
                    page.evaluate("JSON.stringify(events.find(e => e.type == 'error' || e.type == 'dropped') ?? null)");
            assertThat(trouble).as("what the worker said").isEqualTo("null");
            assertThat(System.nanoTime())
                    .as(() -> "deadline; the worker said " + page.evaluate("JSON.stringify(events.slice(-5))"))
                    .isLessThan(deadline);
            page.waitForTimeout(20);
        }
    }

    @Override
    public void close() {
        page.close();
    }
}
