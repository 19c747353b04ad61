package org.decentralizedai.server.train;

/** Looks at each round's checkpoint beside the training. */
public interface Examiner extends AutoCloseable {
    /** Returns at once. */
    void consider(Candidate candidate);

    /** True while the blobs of this round's checkpoint are being read here. */
    boolean uses(int round);

    @Override
    void close();
}
