package org.decentralizedai.worker.jvm;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.decentralizedai.wire.Sha256;
import org.decentralizedai.worker.BlobException;
import org.decentralizedai.worker.BlobSource;

/** Shards by {@code GET /shards/{sha256}}. */
final class HttpShards implements BlobSource {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http;
    private final URI server;

    HttpShards(HttpClient http, URI server) {
        this.http = http;
        this.server = server;
    }

    @Override
    public byte[] get(Sha256 hash) {
        var request = HttpRequest.newBuilder(server.resolve("/shards/" + hash.hex()))
                .timeout(PATIENCE)
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200)
                    throw new BlobException(
                            "shard " + hash + ": HTTP status " + response.statusCode(), response.statusCode() >= 500);
                byte[] bytes = body.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES)
                    throw new BlobException("shard " + hash + " has more than " + MAX_BYTES + " bytes", false);
                return bytes;
            }
        } catch (IOException e) {
            throw new BlobException("shard " + hash + ": " + e.getMessage(), true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BlobException("interrupted while fetching shard " + hash, false);
        }
    }
}
