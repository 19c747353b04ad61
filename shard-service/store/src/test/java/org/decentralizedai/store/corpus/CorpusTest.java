package org.decentralizedai.store.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer();

    @TempDir
    Path folder;

    private FolderBlobStore blobs;
    private Path source;

    @BeforeEach
    void open() throws IOException {
        blobs = new FolderBlobStore(folder.resolve("shards"));
        source = Files.createDirectories(folder.resolve("texts"));
    }

    private Corpus build(double share) {
        return Corpus.build(source, TOKENIZER, blobs, share);
    }

    /** Documents of one side, in order. */
    private List<String> documents(List<CorpusShard> shards) {
        List<String> documents = new ArrayList<>();
        List<Integer> open = new ArrayList<>();
        for (CorpusShard shard : shards)
            for (int token : shard.read(blobs)) {
                if (token != TOKENIZER.endOfText()) {
                    open.add(token);
                    continue;
                }
                documents.add(TOKENIZER.decode(open.stream().mapToInt(id -> id).toArray()));
                open.clear();
            }
        assertThat(open).isEmpty();
        return documents;
    }

    private void text(String name, String content) throws IOException {
        Files.createDirectories(source.resolve(name).getParent());
        Files.writeString(source.resolve(name), content);
    }

    @Test
    void build_folder_everyDocumentOnOneSideInOrder() throws IOException {
        List<String> all = new ArrayList<>();
        for (int i = 100; i < 300; i++) {
            all.add("document " + i + " ü");
            text("deep/" + (i % 3) + "/" + i + ".txt", all.getLast());
        }
        text("ignored.csv", "no text");
        text("blank.txt", " \n ");
        Corpus corpus = build(0.2);
        List<String> train = documents(corpus.train()), heldOut = documents(corpus.heldOut());
        assertThat(train).doesNotContainAnyElementsOf(heldOut);
        var both = new ArrayList<>(train);
        both.addAll(heldOut);
        assertThat(both).containsExactlyInAnyOrderElementsOf(all);
        assertThat(heldOut).hasSizeBetween(20, 60);
        assertThat(train.subList(0, 2)).allMatch(text -> Integer.parseInt(text.substring(9, 12)) % 3 == 0);
        assertThat(corpus.trainDocuments()).isEqualTo(train.size());
        assertThat(corpus.heldOutBytes())
                .isEqualTo(
                        heldOut.stream().mapToInt(t -> t.getBytes(UTF_8).length).sum());
        assertThat(corpus.trainTokens()).isEqualTo(corpus.trainBytes() + corpus.trainDocuments());
    }

    @Test
    void build_again_sameManifestAndSidesWhenADocumentIsAdded() throws IOException {
        for (int i = 0; i < 50; i++) text(i + ".txt", "document " + i);
        Corpus first = build(0.2);
        assertThat(build(0.2)).isEqualTo(first);
        assertThat(Corpus.load(blobs, first.manifest())).isEqualTo(first);
        text("new.txt", "another");
        assertThat(documents(build(0.2).heldOut())).containsAll(documents(first.heldOut()));
        assertThat(documents(build(0.2).train())).containsAll(documents(first.train()));
    }

    @Test
    void build_shareTooSmallToHit_stillOneHeldOut() throws IOException {
        for (int i = 0; i < 3; i++) text(i + ".txt", "document " + i);
        Corpus corpus = build(0.001);
        assertThat(corpus.heldOutDocuments()).isEqualTo(1);
        assertThat(corpus.trainDocuments()).isEqualTo(2);
    }

    @Test
    void build_oneDocument_lastTenthHeldOut() throws IOException {
        text("one.txt", "0123456789".repeat(9) + "abcdefgh😀😀");
        Corpus corpus = build(0.05);
        assertThat(documents(corpus.train())).containsExactly("0123456789".repeat(9));
        assertThat(documents(corpus.heldOut())).containsExactly("abcdefgh😀😀");
    }

    @Test
    void build_largeFile_cutAtBlankLinesIntoShards() throws IOException {
        var text = new StringBuilder();
        for (int i = 0; text.length() < 3 << 20; i++)
            text.append("Line ").append(i).append(i % 10 == 0 ? " of a paragraph.\r\n\r\n" : " goes on.\r\n");
        Path file = folder.resolve("large.text");
        Files.writeString(file, text);
        Corpus corpus = Corpus.build(file, TOKENIZER, blobs, 0.05);
        List<String> documents = documents(corpus.train());
        assertThat(documents)
                .allSatisfy(d -> assertThat(d).hasSizeBetween(1, 17_000).doesNotContain("\r"));
        assertThat(documents.subList(0, 100))
                .allSatisfy(d -> assertThat(d).endsWith("\n\n").hasSizeGreaterThan(16_383));
        assertThat(corpus.train()).hasSizeGreaterThan(4);
        assertThat(corpus.train().subList(0, 4)).allMatch(s -> s.tokens() == Corpus.SHARD_TOKENS);
        assertThat(corpus.trainBytes() + corpus.heldOutBytes())
                .isEqualTo(text.toString().replace("\r\n", "\n").getBytes(UTF_8).length);
    }

    @Test
    void build_fileWithoutLines_cutAnywhereButNotInACharacter() throws IOException {
        Path file = folder.resolve("long.txt");
        Files.writeString(file, "😀".repeat(100_000));
        Corpus corpus = Corpus.build(file, TOKENIZER, blobs, 0.3);
        assertThat(String.join("", documents(corpus.train()))).matches("(😀)*").isNotEmpty();
    }

    @Test
    void build_jsonLines_textOfEachLine() throws IOException {
        Path file = folder.resolve("some.jsonl");
        Files.writeString(file, "{\"text\":\"one\\ntwo\",\"id\":1}\n\n{\"text\":\"three\"}\n");
        Corpus corpus = Corpus.build(file, TOKENIZER, blobs, 0.5);
        var both = documents(corpus.train());
        both.addAll(documents(corpus.heldOut()));
        assertThat(both).containsExactlyInAnyOrder("one\ntwo", "three");
    }

    @Test
    void build_badJsonLine_refusedWithItsNumber() throws IOException {
        Path file = folder.resolve("some.jsonl");
        for (String bad : List.of("{\"text\":1}", "{\"body\":\"x\"}", "no json")) {
            Files.writeString(file, "{\"text\":\"one\"}\n" + bad + "\n");
            assertThatThrownBy(() -> Corpus.build(file, TOKENIZER, blobs, 0.5))
                    .isInstanceOf(CorpusException.class)
                    .hasMessageContaining("line 2");
        }
    }

    @Test
    void build_bytesThatAreNoUtf8_replaced() throws IOException {
        Files.write(
                source.resolve("latin.txt"),
                "Gr\u00fc\u00dfe, lange genug".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        assertThat(documents(build(0.05).train()).getFirst()).startsWith("Gr\uFFFD\uFFFDe");
    }

    @Test
    void build_nothingThere_saysSo() {
        assertThatThrownBy(() -> build(0.05))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("no text in");
        assertThatThrownBy(() -> Corpus.build(folder.resolve("absent"), TOKENIZER, blobs, 0.05))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("no such file or folder");
    }

    @Test
    void load_otherBlob_refused() {
        var blob = blobs.put("{\"format\":\"other\"}".getBytes(UTF_8));
        assertThatThrownBy(() -> Corpus.load(blobs, blob)).isInstanceOf(CorpusException.class);
    }
}
