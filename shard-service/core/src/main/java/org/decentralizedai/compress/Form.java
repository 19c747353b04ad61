package org.decentralizedai.compress;

/** One way to write values as bytes. Implementations are immutable and hold no more than their parameters. */
sealed interface Form permits Float32Form, Int8Form, Int4Form, SignForm, TopForm {

    /** Fewest bytes that {@code values} numbers can have. */
    int minBytes(int values);

    /** Most bytes that {@code values} numbers can have. */
    int maxBytes(int values);

    byte[] encode(float[] update);

    /** @throws IllegalArgumentException when {@link #decode} of these bytes would throw */
    void check(byte[] encoded, int values);

    /**
     * @param encoded of a length that {@link #minBytes} and {@link #maxBytes} allow
     * @throws IllegalArgumentException when malformed, possibly after part of it went to the sink
     */
    void decode(byte[] encoded, int values, UpdateSink sink);
}
