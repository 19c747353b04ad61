package org.decentralizedai.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** No bytes make the decoder throw anything but {@link FrameException}. {@code JAZZER_FUZZ=1} searches; else replays. */
class FrameCodecFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void decode_anyBytes_onlyFrameException(byte[] frame) {
        try {
            FrameCodec.decodeClient(frame);
        } catch (FrameException expected) {
            // the one way out
        }
        try {
            FrameCodec.decodeServer(frame);
        } catch (FrameException expected) {
            // the one way out
        }
    }
}
