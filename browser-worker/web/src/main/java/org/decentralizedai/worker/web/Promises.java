package org.decentralizedai.worker.web;

import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;

/** Waiting for JavaScript promises in a fiber. {@code JSPromise.await()} of a rejected one hangs for ever under WasmGC. */
final class Promises {
    /** What a promise came to. */
    interface Settled<T extends JSObject> extends JSObject {
        @JSProperty
        T getValue();

        @JSProperty
        @Nullable
        String getError();
    }

    /** A promise was rejected; the message is the error in JavaScript's words. */
    static final class Rejected extends RuntimeException {
        Rejected(String message) {
            super(message);
        }
    }

    private Promises() {}

    /** @throws Rejected when the promise is */
    static <T extends JSObject> T await(JSPromise<T> promise) {
        Settled<T> settled = settle(promise).await();
        String error = settled.getError();
        if (error != null) throw new Rejected(error);
        return settled.getValue();
    }

    @JSBody(
            params = "promise",
            script = "return promise.then(function(v) { return {value: v, error: null}; },"
                    + " function(e) { return {value: null, error: String(e)}; });")
    private static native <T extends JSObject> JSPromise<Settled<T>> settle(JSPromise<T> promise);
}
