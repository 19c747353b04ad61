package org.decentralizedai.store.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.store.blob.FolderBlobStore;
import org.decentralizedai.store.corpus.Corpus;
import org.decentralizedai.store.corpus.CorpusException;
import org.decentralizedai.store.tokenizer.ByteTokenizer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutTest {
    @TempDir
    Path folder;

    private FolderBlobStore blobs;

    @BeforeEach
    void open() {
        blobs = new FolderBlobStore(folder.resolve("shards"));
    }

    private Corpus corpus(String text) throws IOException {
        Files.writeString(folder.resolve("text.txt"), text);
        return Corpus.build(folder.resolve("text.txt"), new ByteTokenizer(), blobs, 0.05);
    }

    private HeldOut heldOut(Corpus corpus) {
        return HeldOut.load(corpus, blobs, new ByteTokenizer());
    }

    @Test
    void all_oneDocument_disjointWindowsWithTheirTargets() throws IOException {
        HeldOutWindows windows =
                heldOut(corpus("x".repeat(180) + "abcdefghijklmnopqrst")).all(5);
        assertThat(windows.count()).isEqualTo(4);
        assertThat(IntStream.rangeClosed(0, 5).mapToObj(i -> (char) windows.token(1, i)))
                .containsExactly('f', 'g', 'h', 'i', 'j', 'k');
        assertThat(windows.bytes(0)).isEqualTo(5);
        assertThat(windows.token(3, 5)).isEqualTo(256);
        assertThat(windows.bytes(3)).as("end-of-text stands for no byte").isEqualTo(4);
        assertThatThrownBy(() -> windows.token(0, 6)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sample_sameSeed_sameRisingWindows() throws IOException {
        HeldOut heldOut =
                heldOut(corpus(IntStream.range(0, 10_000).mapToObj(i -> i + " ").reduce("", String::concat)));
        HeldOutWindows sample = heldOut.sample(8, 20, 1),
                again = heldOut.sample(8, 20, 1),
                other = heldOut.sample(8, 20, 2);
        assertThat(text(sample)).isEqualTo(text(again)).isNotEqualTo(text(other));
        assertThat(heldOut.sample(8, 1_000_000, 1).count())
                .isEqualTo(heldOut.all(8).count());
        assertThat(text(heldOut.sample(8, 1_000_000, 1))).isEqualTo(text(heldOut.all(8)));
    }

    private static String text(HeldOutWindows windows) {
        var text = new StringBuilder();
        for (int w = 0; w < windows.count(); w++)
            for (int i = 0; i < windows.context(); i++) text.append((char) windows.token(w, i));
        return text.toString();
    }

    @Test
    void roundSample_largerModel_fewerThenShorterWindowsButAtLeastEight() throws IOException {
        HeldOut heldOut = heldOut(corpus("some text ".repeat(200_000)));
        HeldOutWindows nano = heldOut.roundSample(ModelConfig.nano()), tiny = heldOut.roundSample(ModelConfig.tiny());
        assertThat(nano.context()).isEqualTo(64);
        assertThat(tiny.context()).isEqualTo(64);
        assertThat(nano.count()).isGreaterThan(tiny.count());
        HeldOutWindows base = heldOut.roundSample(ModelConfig.base());
        assertThat(base.count()).isEqualTo(8);
        assertThat(base.context()).isEqualTo(32);
    }

    @Test
    void all_textShorterThanAWindow_saysSo() throws IOException {
        HeldOut heldOut = heldOut(corpus("tiny"));
        assertThatThrownBy(() -> heldOut.all(64))
                .isInstanceOf(CorpusException.class)
                .hasMessageContaining("give a larger corpus");
    }

    @Test
    void bigramTable_handCounted_itsProbabilities() throws IOException {
        // train is "abab..." (180 characters), so that after "a" only "b" was seen
        Corpus corpus = corpus("ab".repeat(90) + "abab" + "ac".repeat(8));
        BigramTable table = BigramTable.train(corpus, blobs);
        double alpha = table.alpha();
        assertThat(table.probability('a', 'b')).isCloseTo((90 + alpha) / (90 + 264 * alpha), within(1e-12));
        assertThat(table.probability('a', 'c')).isCloseTo(alpha / (90 + 264 * alpha), within(1e-12));
        assertThat(IntStream.range(0, 264)
                        .mapToDouble(v -> table.probability('b', v))
                        .sum())
                .isCloseTo(1, within(1e-9));

        Evaluation evaluation = table.evaluate(heldOut(corpus).sample(3, 1, 0));
        assertThat(evaluation.tokens()).isEqualTo(3);
        HeldOutWindows window = heldOut(corpus).sample(3, 1, 0);
        double nats = 0;
        for (int i = 0; i < 3; i++) nats -= Math.log(table.probability(window.token(0, i), window.token(0, i + 1)));
        assertThat(evaluation.nats()).isCloseTo(nats / 3, within(1e-12));
        assertThat(evaluation.bitsPerByte()).isCloseTo(nats / Math.log(2) / window.bytes(0), within(1e-12));
    }

    @Test
    void evaluation_knownWindows_meanAndStandardError() {
        var tally = new Evaluation.Tally(4);
        tally.add(4 * Math.log(2), 4);
        tally.add(8 * Math.log(2), 4);
        Evaluation evaluation = tally.evaluation();
        assertThat(evaluation.bitsPerByte()).isCloseTo(1.5, within(1e-12));
        assertThat(evaluation.nats()).isCloseTo(1.5 * Math.log(2), within(1e-12));
        // the windows score 1 and 2: deviation sqrt(1/2), over the root of two windows
        assertThat(evaluation.bitsStandardError()).isCloseTo(0.5, within(1e-12));
        assertThat(evaluation.natsStandardError()).isCloseTo(0.5 * Math.log(2), within(1e-12));
        assertThat(evaluation.finite()).isTrue();
        tally.add(Double.NaN, 4);
        assertThat(tally.evaluation().finite()).isFalse();
    }
}
