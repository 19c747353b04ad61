package org.decentralizedai.worker.web.gpu;

import org.decentralizedai.kernels.KernelException;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;

/** Waits for WebGPU's promises. */
final class Promises {
    private Promises() {}

    interface Settled<T> extends JSObject {
        @JSProperty
        T getValue();

        @JSProperty
        @Nullable
        String getError();
    }

    @JSBody(
            params = "promise",
            script = "return promise.then(function(value) { return {value: value, error: null}; }, "
                    + "function(error) { return {value: null, error: String(error)}; })")
    private static native <T> JSPromise<Settled<T>> settle(JSPromise<T> promise);

    /** A promise whose rejection counts as handled, whether or not anybody comes back for its value. */
    record Pending<T>(JSPromise<Settled<T>> settled) {

        /**
         * Waits for the value; a rejection becomes a {@link KernelException}. TeaVM's own {@code await} never returns from a
         * rejection under WebAssembly GC.
         */
        T await() {
            Settled<T> done = settled.await();
            String error = done.getError();
            if (error != null) throw new KernelException(error);
            return done.getValue();
        }
    }

    static <T> Pending<T> pending(JSPromise<T> promise) {
        return new Pending<>(settle(promise));
    }

    static <T> T await(JSPromise<T> promise) {
        return pending(promise).await();
    }
}
