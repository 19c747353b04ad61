package org.decentralizedai.worker.web;

import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.Digest;
import org.teavm.jso.JSBody;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Int8Array;

/** SHA-256 by WebCrypto, which a secure context has. */
final class WebDigest implements Digest {
    @Override
    public Sha256 sha256(byte[] bytes) {
        ArrayBuffer digest = Promises.await(digest(Int8Array.copyFromJavaArray(bytes)));
        return Sha256.of(new Int8Array(digest).copyToJavaArray());
    }

    @JSBody(params = "bytes", script = "return crypto.subtle.digest('SHA-256', bytes);")
    private static native JSPromise<ArrayBuffer> digest(Int8Array bytes);
}
