package org.decentralizedai.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.store.blob.BlobException;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.Sha256;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a coordinator publishes about its run, fetched over HTTP. As a blob store it reads and checks shards; what is put into it
 * is hashed and forgotten.
 */
final class PublishedRun implements BlobStore, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String url;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    /** @param url of the coordinator's site */
    PublishedRun(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** @throws IllegalArgumentException when no round was closed yet */
    int newestRound() {
        var rounds = JsonMapper.shared().readTree(fetch("/api/rounds"));
        if (rounds.isEmpty()) throw new IllegalArgumentException("no round was closed yet");
        return rounds.get(0).get("round").asInt();
    }

    RoundRecord record(int round) {
        return RoundRecord.read(fetch("/api/rounds/" + round));
    }

    byte[] update(int round, int place) {
        return fetch("/api/rounds/" + round + "/updates/" + place);
    }

    /** The same for all checkpoints of the run. */
    ModelConfig model(String checkpoint) {
        return ModelConfigJson.read(fetch("/api/checkpoints/" + checkpoint + "/config.json"));
    }

    private byte[] fetch(String path) {
        var request =
                HttpRequest.newBuilder(URI.create(url + path)).timeout(PATIENCE).build();
        try {
            var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() == 200) return answer.body();
            throw new IllegalArgumentException(url + path + " is not there (" + answer.statusCode()
                    + "): updates and checkpoints of old rounds are not kept");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot fetch " + url + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public byte[] get(Sha256 hash) {
        byte[] content = fetch("/shards/" + hash);
        if (!Digests.of(content).equals(hash))
            throw new BlobException(BlobException.Reason.CORRUPT, "the shard does not match its hash: " + hash);
        return content;
    }

    @Override
    public Sha256 put(byte[] content) {
        return Digests.of(content);
    }

    @Override
    public long size(Sha256 hash) {
        return get(hash).length;
    }

    @Override
    public boolean contains(Sha256 hash) {
        throw new UnsupportedOperationException("only asked for what is published");
    }

    @Override
    public void delete(Sha256 hash) {
        throw new UnsupportedOperationException("of another's");
    }

    @Override
    public Set<Sha256> list() {
        throw new UnsupportedOperationException("a coordinator lists rounds only");
    }

    @Override
    public Optional<Sha256> pointer(String name) {
        return Optional.empty();
    }

    @Override
    public boolean casPointer(String name, Optional<Sha256> expected, Sha256 to) {
        throw new UnsupportedOperationException("of another's");
    }

    @Override
    public void close() {
        client.close();
    }
}
