package org.decentralizedai.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.decentralizedai.model.Initializer;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.blob.BlobException;
import org.decentralizedai.store.blob.BlobStore;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class CheckpointStoreTest {
    /** A little more than one piece. */
    private static final ModelConfig CONFIG = new ModelConfig(264, 160, 4, 4, 2, 40, 432, 64, 10_000, 1e-5, true);

    private static final float[] WEIGHTS = Initializer.weights(ParameterLayout.of(CONFIG), 5);

    @TempDir
    Path folder;

    private FolderBlobStore blobs;
    private CheckpointStore store;

    @BeforeEach
    void open() {
        blobs = new FolderBlobStore(folder.resolve("shards"));
        store = new CheckpointStore(blobs);
    }

    @Test
    void read_manifestHash_sameCheckpointAndWeights() {
        Checkpoint written = store.write(CONFIG, WEIGHTS, Map.of("round", "3"));
        assertThat(written.pieces()).hasSize(2);
        assertThat(blobs.size(written.pieces().getFirst())).isEqualTo(BlobStore.MAX_BLOB);
        Checkpoint read = new CheckpointStore(new FolderBlobStore(folder.resolve("shards"))).read(written.manifest());
        assertThat(read).isEqualTo(written);
        assertThat(store.weights(read, CONFIG)).isEqualTo(WEIGHTS);
        assertThat(store.metadata(read, CONFIG)).containsEntry("round", "3");
    }

    @Test
    void write_equalContent_sameCheckpoint() {
        Checkpoint one = store.write(CONFIG, WEIGHTS, Map.of("a", "1", "b", "2"));
        assertThat(store.write(CONFIG, WEIGHTS, Map.of("b", "2", "a", "1"))).isEqualTo(one);
        assertThat(store.write(CONFIG, WEIGHTS, Map.of()).hash()).isNotEqualTo(one.hash());
    }

    @Test
    void weights_ofAnotherModel_refused() {
        Checkpoint checkpoint = store.write(CONFIG, WEIGHTS, Map.of());
        assertThatThrownBy(() -> store.weights(checkpoint, ModelConfig.nano())).isInstanceOf(CheckpointException.class);
    }

    @Test
    void weights_wrongHashOrPieces_refused() {
        Checkpoint c = store.write(CONFIG, WEIGHTS, Map.of());
        assertThatThrownBy(
                        () -> store.weights(new Checkpoint(c.manifest(), c.manifest(), c.pieces(), c.bytes()), CONFIG))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("hash must be");
        assertThatThrownBy(() -> store.weights(
                        new Checkpoint(c.manifest(), c.hash(), c.pieces().subList(0, 1), c.bytes()), CONFIG))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("the file ends");
        assertThatThrownBy(() -> store.read(c.pieces().getFirst()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("no checkpoint manifest");
    }

    @Test
    void delete_pieceShared_staysForTheOther() {
        Checkpoint one = store.write(CONFIG, WEIGHTS, Map.of());
        float[] changed = WEIGHTS.clone();
        changed[changed.length - 1]++;
        Checkpoint two = store.write(CONFIG, changed, Map.of());
        assertThat(two.pieces().getFirst()).isEqualTo(one.pieces().getFirst());
        store.delete(one, Set.copyOf(two.blobs()));
        store.delete(two, Set.copyOf(two.blobs()));
        assertThat(store.weights(two, CONFIG)).isEqualTo(changed);
        assertThat(blobs.contains(one.manifest())).isFalse();
        assertThat(blobs.contains(one.pieces().getLast())).isFalse();
        store.delete(two, Set.of());
        assertThat(blobs.list()).isEmpty();
    }

    @Test
    void writePieces_anyLength_cutsAtTheGreatestBlob() {
        byte[] content = new byte[BlobStore.MAX_BLOB + 5];
        content[BlobStore.MAX_BLOB] = 1;
        var pieces = store.writePieces(content);
        assertThat(pieces).hasSize(2);
        assertThat(blobs.size(pieces.getFirst())).isEqualTo(BlobStore.MAX_BLOB);
        assertThat(blobs.get(pieces.getLast())).containsExactly(1, 0, 0, 0, 0);
    }

    @Test
    void delete_pointedAt_refusedWhole() {
        Checkpoint one = store.write(CONFIG, WEIGHTS, Map.of());
        blobs.casPointer("promoted", Optional.empty(), one.manifest());
        assertThatThrownBy(() -> store.delete(one, Set.of())).isInstanceOf(BlobException.class);
        assertThat(store.weights(one, CONFIG)).isEqualTo(WEIGHTS);
    }

    @Test
    void export_anyCheckpoint_folderOfHuggingFace() throws IOException {
        Checkpoint one = store.write(CONFIG, WEIGHTS, Map.of());
        Path exported = folder.resolve("export");
        store.export(one, CONFIG, new ByteTokenizer(), exported);
        assertThat(Digests.of(Files.readAllBytes(exported.resolve("model.safetensors"))))
                .isEqualTo(one.hash());
        assertThat(ModelConfigJson.read(Files.readAllBytes(exported.resolve("config.json"))))
                .isEqualTo(CONFIG);
        for (String file : List.of("tokenizer.json", "tokenizer_config.json", "generation_config.json"))
            assertThat(JsonMapper.shared().readTree(exported.resolve(file)).isObject())
                    .isTrue();
    }
}
