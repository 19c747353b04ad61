package org.decentralizedai.worker.web;

import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.BlobException;
import org.decentralizedai.worker.BlobSource;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Int8Array;

/** Shards by {@code fetch}, past the browser's HTTP cache: what is worth keeping is kept, checked, in the Cache API. */
final class WebShards implements BlobSource {
    private static final int GIVE_UP_MILLIS = 120_000, TOO_MANY_REQUESTS = 429, SERVER_ERROR = 500;

    private interface Answer extends JSObject {
        @JSProperty
        int getStatus();

        @JSProperty
        ArrayBuffer getBody();
    }

    private final String base;

    /** @param base ends in a slash */
    WebShards(String base) {
        this.base = base;
    }

    @Override
    public byte[] get(Sha256 hash) {
        Answer answer = answer(hash);
        int status = answer.getStatus();
        if (status != 200)
            throw new BlobException(
                    "shard " + hash + " can't be had: HTTP " + status,
                    status >= SERVER_ERROR || status == TOO_MANY_REQUESTS);
        if (answer.getBody().getByteLength() > MAX_BYTES)
            throw new BlobException("shard " + hash + " is too long", false);
        return new Int8Array(answer.getBody()).copyToJavaArray();
    }

    private Answer answer(Sha256 hash) {
        try {
            return Promises.await(fetch(base + hash.hex(), GIVE_UP_MILLIS, MAX_BYTES));
        } catch (Promises.Rejected e) {
            throw new BlobException("shard " + hash + " can't be had: " + e.getMessage(), true);
        }
    }

    @JSBody(
            params = {"url", "millis", "most"},
            script =
                    "return fetch(url, {cache: 'no-store', signal: AbortSignal.timeout(millis)}).then(function(answer) {"
                            + " return !answer.ok || answer.headers.get('content-length') > most"
                            + " ? {status: answer.ok ? 413 : answer.status, body: null}"
                            + " : answer.arrayBuffer().then(function(bytes) { return {status: 200, body: bytes}; }); });")
    private static native JSPromise<Answer> fetch(String url, int millis, int most);
}
