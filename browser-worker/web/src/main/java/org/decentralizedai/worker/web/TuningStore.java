package org.decentralizedai.worker.web;

import org.teavm.jso.JSBody;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.core.JSString;

/**
 * Texts by key in the browser's IndexedDB. A browser may refuse it (private windows, a full disk): then nothing is kept, which
 * only costs measuring again.
 */
final class TuningStore {
    private static final String OPEN = "new Promise(function(resolve, reject) {"
            + " var opening = indexedDB.open('tuning', 1);"
            + " opening.onupgradeneeded = function() { opening.result.createObjectStore('kernels'); };"
            + " opening.onsuccess = function() { resolve(opening.result); };"
            + " opening.onerror = function() { reject(opening.error); }; })";

    private TuningStore() {}

    /** Empty where nothing is kept. */
    static String find(String key) {
        try {
            return Promises.await(get(key)).stringValue();
        } catch (Promises.Rejected _) {
            return "";
        }
    }

    static void keep(String key, String text) {
        try {
            Promises.await(put(key, text));
        } catch (Promises.Rejected _) { // not kept
        }
    }

    @JSBody(
            params = "key",
            script = "return " + OPEN + ".then(function(base) { return new Promise(function(resolve, reject) {"
                    + " var reading = base.transaction('kernels').objectStore('kernels').get(key);"
                    + " reading.onsuccess = function() { base.close(); resolve(reading.result || ''); };"
                    + " reading.onerror = function() { base.close(); reject(reading.error); }; }); });")
    private static native JSPromise<JSString> get(String key);

    @JSBody(
            params = {"key", "text"},
            script = "return " + OPEN + ".then(function(base) { return new Promise(function(resolve, reject) {"
                    + " var writing = base.transaction('kernels', 'readwrite');"
                    + " writing.objectStore('kernels').put(text, key);"
                    + " writing.oncomplete = function() { base.close(); resolve(''); };"
                    + " writing.onabort = function() { base.close(); reject(writing.error); }; }); });")
    private static native JSPromise<JSString> put(String key, String text);
}
