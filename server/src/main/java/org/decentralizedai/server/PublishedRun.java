package org.decentralizedai.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.server.train.RoundRecord;
import org.decentralizedai.store.blob.BlobException;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.checkpoint.ModelConfigJson;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a coordinator publishes about its run, fetched over HTTP. As a blob store it reads and checks shards; what is put into it
 * is hashed and forgotten. One thread.
 */
final class PublishedRun implements BlobStore, AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String url;
    private @Nullable NavigableMap<Integer, Sha256> listed; // once fetched
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(20)).build();

    /** @param url of the coordinator's site */
    PublishedRun(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** The list of the last closed rounds: SHA-256 of each record. */
    private NavigableMap<Integer, Sha256> rounds() {
        var rounds = listed;
        if (rounds != null) return rounds;
        rounds = new TreeMap<>();
        for (var entry : JsonMapper.shared().readTree(fetch("/api/rounds")))
            rounds.put(
                    entry.get("round").asInt(), new Sha256(entry.get("record").stringValue()));
        listed = rounds;
        return rounds;
    }

    /** @throws IllegalArgumentException when no round was closed yet */
    int newestRound() {
        if (rounds().isEmpty()) throw new IllegalArgumentException("no round was closed yet");
        return rounds().lastKey();
    }

    /** SHA-256 by which the list has the record of a round. */
    Sha256 recordHash(int round) {
        var hash = rounds().get(round);
        if (hash == null)
            throw new IllegalArgumentException("round " + round + " is not in the list " + url
                    + "/api/rounds: it was not closed by its updates, or is older than the list");
        return hash;
    }

    /** By the hash in the list, whatever else is said of the round. */
    RoundRecord record(int round) {
        var record = RoundRecord.read(get(recordHash(round)));
        if (record.round() != round)
            throw new IllegalArgumentException(
                    "the list has the record of round " + record.round() + " for round " + round);
        return record;
    }

    /** Empty when the list has none of that round. */
    Optional<RoundRecord> findRecord(int round) {
        return rounds().containsKey(round) ? Optional.of(record(round)) : Optional.empty();
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
            throw new BlobException(
                    BlobException.Reason.CORRUPT, "what the server has under " + hash + " does not have this hash");
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
