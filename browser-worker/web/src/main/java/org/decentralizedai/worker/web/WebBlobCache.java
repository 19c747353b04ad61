package org.decentralizedai.worker.web;

import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.wire.Bytes;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.BlobCache;
import org.jspecify.annotations.Nullable;
import org.teavm.jso.JSBody;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;
import org.teavm.jso.core.JSArrayReader;
import org.teavm.jso.core.JSPromise;
import org.teavm.jso.core.JSString;
import org.teavm.jso.typedarrays.ArrayBuffer;
import org.teavm.jso.typedarrays.Int8Array;

/**
 * Blobs in the browser's Cache API. A browser may refuse it (private windows, a full disk): then nothing is kept, which only
 * costs a download, so rejections here count as "not kept".
 */
final class WebBlobCache implements BlobCache {
    private static final int HEX = 2 * Sha256.BYTES;

    private interface Found extends JSObject {
        @JSProperty
        @Nullable
        ArrayBuffer getBody();
    }

    private final String name;

    WebBlobCache(String name) {
        this.name = name;
    }

    @Override
    public @Nullable Bytes find(Sha256 hash) {
        try {
            ArrayBuffer body = Promises.await(match(name, path(hash))).getBody();
            return body == null ? null : new Bytes(new Int8Array(body).copyToJavaArray());
        } catch (Promises.Rejected _) {
            return null;
        }
    }

    @Override
    public void keep(Sha256 hash, byte[] bytes) {
        try {
            Promises.await(put(name, path(hash), Int8Array.copyFromJavaArray(bytes)));
        } catch (Promises.Rejected _) { // not kept
        }
    }

    @Override
    public void remove(Sha256 hash) {
        try {
            Promises.await(delete(name, path(hash)));
        } catch (Promises.Rejected _) { // nothing kept
        }
    }

    @Override
    public List<Sha256> kept() {
        var hashes = new ArrayList<Sha256>();
        try {
            JSArrayReader<JSString> urls = Promises.await(urls(name));
            for (int i = 0; i < urls.getLength(); i++) {
                String url = urls.get(i).stringValue();
                String hex = url.substring(Math.max(0, url.length() - HEX));
                if (Sha256.isHex(hex)) hashes.add(new Sha256(hex));
            }
        } catch (Promises.Rejected _) { // nothing kept
        }
        return hashes;
    }

    private static String path(Sha256 hash) {
        return "/shards/" + hash.hex();
    }

    @JSBody(
            params = {"name", "path"},
            script = "return Promise.resolve().then(function() { return caches.open(name); })"
                    + ".then(function(cache) { return cache.match(path); })"
                    + ".then(function(found) { return found ? found.arrayBuffer() : null; })"
                    + ".then(function(bytes) { return {body: bytes}; });")
    private static native JSPromise<Found> match(String name, String path);

    @JSBody(
            params = {"name", "path", "bytes"},
            script = "return Promise.resolve().then(function() { return caches.open(name); })"
                    + ".then(function(cache) { return cache.put(path, new Response(bytes)); });")
    private static native JSPromise<JSObject> put(String name, String path, Int8Array bytes);

    @JSBody(
            params = {"name", "path"},
            script = "return Promise.resolve().then(function() { return caches.open(name); })"
                    + ".then(function(cache) { return cache.delete(path); }).then(function() { return null; });")
    private static native JSPromise<JSObject> delete(String name, String path);

    @JSBody(
            params = {"name"},
            script = "return Promise.resolve().then(function() { return caches.open(name); })"
                    + ".then(function(cache) { return cache.keys(); })"
                    + ".then(function(keys) { return keys.map(function(key) { return key.url; }); });")
    private static native JSPromise<JSArrayReader<JSString>> urls(String name);
}
