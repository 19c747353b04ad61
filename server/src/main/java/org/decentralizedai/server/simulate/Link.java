package org.decentralizedai.server.simulate;

/** A worker's line. @param latencyMillis one way */
record Link(double upMbit, double downMbit, double latencyMillis) {
    private static final double BITS_PER_MEGABYTE = 8e-6;

    Link {
        if (!(upMbit > 0) || !(downMbit > 0) || !(latencyMillis >= 0))
            throw new IllegalArgumentException("must be upMbit > 0, downMbit > 0, latencyMillis >= 0: " + upMbit + ", "
                    + downMbit + ", " + latencyMillis);
    }

    double upSeconds(long bytes) {
        return bytes * BITS_PER_MEGABYTE / upMbit + latencyMillis / 1000;
    }

    double downSeconds(long bytes) {
        return bytes * BITS_PER_MEGABYTE / downMbit + latencyMillis / 1000;
    }
}
