package org.decentralizedai.server.simulate;

/** Bytes of a frame on the line, with the header of a client's WebSocket frame (RFC 6455, section 5.2), without TCP's. */
final class WireBytes {
    private static final int FIRST = 2, MASK = 4;

    private WireBytes() {}

    static long of(byte[] frame) {
        int length = frame.length <= 125 ? 0 : frame.length <= 0xffff ? 2 : 8;
        return FIRST + length + MASK + (long) frame.length;
    }
}
