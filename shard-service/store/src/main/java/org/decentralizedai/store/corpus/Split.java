package org.decentralizedai.store.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.decentralizedai.store.blob.Digests;
import org.decentralizedai.wire.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Which documents are held out: those whose hash falls below the share, so that a document stays on its side when others
 * come and go and copies of it stay together. Both sides get at least one document; when all are copies of one, its last
 * tenth is held out instead.
 */
final class Split {
    private static final int BUCKETS = 1000;
    private static final double LAST_TENTH = 0.1;

    private final double share;
    private @Nullable Sha256 smallest, greatest;
    private boolean anyTrain, anyHeldOut;

    private Split(double share) {
        this.share = share;
    }

    /** Reads all documents once. */
    static Split of(CorpusSource source, double share) {
        requireShare(share);
        var split = new Split(share);
        source.forEach(split::see);
        return split;
    }

    private static void requireShare(double share) {
        if (!(share > 0) || share > 0.5)
            throw new IllegalArgumentException("heldOutShare must be in (0, 0.5]: heldOutShare=" + share);
    }

    /** Where the last {@code share} of a text's characters begins. */
    static int tail(String text, double share) {
        requireShare(share);
        return text.offsetByCodePoints(0, (int) (text.codePointCount(0, text.length()) * (1 - share)));
    }

    private void see(String document) {
        Sha256 hash = hash(document);
        if (smallest == null || hash.hex().compareTo(smallest.hex()) < 0) smallest = hash;
        if (greatest == null || hash.hex().compareTo(greatest.hex()) > 0) greatest = hash;
        if (chosen(hash)) anyHeldOut = true;
        else anyTrain = true;
    }

    boolean empty() {
        return smallest == null;
    }

    /** Hands the document, or its parts, to its side. */
    void give(String document, Consumer<String> train, Consumer<String> heldOut) {
        Sha256 hash = hash(document), first = smallest;
        if (first == null) throw new IllegalStateException("no document was seen");
        if (first.equals(greatest)) {
            int cut = tail(document, LAST_TENTH);
            train.accept(document.substring(0, cut));
            heldOut.accept(document.substring(cut));
        } else if (anyHeldOut && anyTrain ? chosen(hash) : hash.equals(first)) heldOut.accept(document);
        else train.accept(document);
    }

    private boolean chosen(Sha256 hash) {
        long number = ByteBuffer.wrap(hash.bytes()).getLong();
        return Long.remainderUnsigned(number, BUCKETS) < share * BUCKETS;
    }

    private static Sha256 hash(String document) {
        return Digests.of(document.getBytes(UTF_8));
    }
}
