package org.decentralizedai.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Precision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrameCodecTest {
    private static final Lease LEASE = new Lease(7, 3);
    private static final Sha256 HASH = new Sha256("ab".repeat(32));

    static List<ServerMessage> serverMessages() {
        return List.of(
                new ServerMessage.Welcome("w1", "run é", ModelConfig.nano(), 5000),
                new ServerMessage.GradientTask(
                        LEASE,
                        12,
                        HASH,
                        List.of(HASH, new Sha256("01".repeat(32))),
                        List.of(
                                new Hop(new Sha256("02".repeat(32)), List.of(new Sha256("03".repeat(32))), 1000),
                                new Hop(HASH, List.of(new Sha256("04".repeat(32)), HASH), 5_000_000)),
                        List.of(new Sha256("05".repeat(32))),
                        new CorpusWindows(HASH, -5, 256, 8),
                        new LocalSteps(4, 2, 1, 64, 3e-3, 3, 0.9, 0.95, 1e-8, 0.1, 1).withActivations(Precision.F16),
                        new UpdateForm(UpdateEncoding.INT8, new Slice(2, 3), 0),
                        true,
                        120_000),
                new ServerMessage.Idle(IdleReason.PAUSED, 5000),
                new ServerMessage.UploadFrom(LEASE, 65_536),
                new ServerMessage.Verdict(LEASE, VerdictCode.NOT_FINITE, "contains NaN", 0),
                new ServerMessage.Cancel(LEASE, "the round has closed"));
    }

    static List<ClientMessage> clientMessages() {
        return List.of(
                new ClientMessage.Hello("0123456789abcdef0123456789abcdef", "SwiftShader", true, 2.9, 1L << 30),
                new ClientMessage.TaskRequest(),
                new ClientMessage.Heartbeat(LEASE, 3, 5.5),
                new ClientMessage.UpdateBegin(LEASE, 1000, HASH, 3, 8192, 5.5, 5.25, 61_000),
                new ClientMessage.UpdateChunk(LEASE, 64, new Bytes(new byte[] {1, 2, 3})),
                new ClientMessage.Abandon(LEASE, "stopped"));
    }

    @ParameterizedTest
    @MethodSource("serverMessages")
    void serverMessage_encodedAndDecoded_isEqual(ServerMessage message) {
        assertThat(FrameCodec.decodeServer(FrameCodec.encode(message))).isEqualTo(message);
    }

    @ParameterizedTest
    @MethodSource("clientMessages")
    void clientMessage_encodedAndDecoded_isEqual(ClientMessage message) {
        assertThat(FrameCodec.decodeClient(FrameCodec.encode(message))).isEqualTo(message);
    }

    @Test
    void frames_goldenVectors() {
        assertThat(hex(FrameCodec.encode(new ClientMessage.TaskRequest())))
                .isEqualTo("04420000000000000000000000000000");
        assertThat(hex(FrameCodec.encode(new ClientMessage.Heartbeat(LEASE, 3, 5.5))))
                .isEqualTo("0443000" + "01c0000000000000000000000" + "0700000000000000" + "0300000000000000"
                        + "03000000" + "0000000000001640");
        assertThat(hex(FrameCodec.encode(new ServerMessage.Verdict(LEASE, VerdictCode.LATE, "late", 0))))
                .isEqualTo("0405000" + "0200000000000000000000000" + "0700000000000000" + "0300000000000000"
                        + "03000000" + "04000000" + "6c617465" + "00000000");
        assertThat(hex(FrameCodec.encode(new ServerMessage.UploadFrom(LEASE, 65_536))))
                .isEqualTo(
                        "0404000" + "0140000000000000000000000" + "0700000000000000" + "0300000000000000" + "00000100");
    }

    @Test
    void updateBegin_goldenVector() {
        assertThat(hex(FrameCodec.encode(clientMessages().get(3))))
                .isEqualTo("04440000" + "50000000" + "0000000000000000" + "0700000000000000" + "0300000000000000"
                        + "e8030000" + HASH + "03000000" + "00200000" + "0000000000001640" + "0000000000001540"
                        + "48ee0000");
    }

    @Test
    void gradientTask_goldenVector() {
        String round = "0c000000", data = "fbffffffffffffff" + "00010000" + "08000000";
        String steps = "04000000" + "02000000" + "01000000" + "40000000" + "fa7e6abc7493683f" + "03000000"
                + "cdccccccccccec3f" + "666666666666ee3f" + "3a8c30e28e79453e" + "9a9999999999b93f" + "000000000000f03f"
                + "01000000";
        String form = "01000000" + "02000000" + "03000000" + "0000000000000000";
        String hop1 = "02".repeat(32) + "01000000" + "03".repeat(32) + "e8030000";
        String hop2 = HASH + "02000000" + "04".repeat(32) + HASH + "404b4c00";
        String moment = "01000000" + "05".repeat(32);
        assertThat(hex(FrameCodec.encode(serverMessages().get(1))))
                .isEqualTo("04020000" + "e1010000" + "0000000000000000" + "0700000000000000" + "0300000000000000"
                        + round
                        + HASH + "02000000" + HASH + "01".repeat(32) + "02000000" + hop1 + hop2 + moment + HASH + data
                        + steps + form + "01" + "c0d40100");
    }

    @Test
    void decode_hopsPastTheFrame_isRefused() {
        byte[] frame = FrameCodec.encode(serverMessages().get(1));
        int hops = FrameLayout.HEADER + 16 + 4 + 32 + 4 + 2 * 32;
        for (int count : new int[] {-1, 7, Integer.MAX_VALUE}) {
            byte[] wrong = frame.clone();
            ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(hops, count);
            assertThatThrownBy(() -> FrameCodec.decodeServer(wrong))
                    .isInstanceOf(FrameException.class)
                    .hasMessageContaining("list goes past the frame: " + count);
        }
    }

    @Test
    void decode_hopWithoutPieces_isRefused() {
        byte[] frame = FrameCodec.encode(serverMessages().get(1));
        int pieces = FrameLayout.HEADER + 16 + 4 + 32 + 4 + 2 * 32 + 4 + 32;
        ByteBuffer.wrap(frame).order(ByteOrder.LITTLE_ENDIAN).putInt(pieces, 0);
        assertThatThrownBy(() -> FrameCodec.decodeServer(frame)).isInstanceOf(FrameException.class);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void decode_unknownVersion_saysReload() {
        byte[] frame = FrameCodec.encode(new ClientMessage.TaskRequest());
        frame[0] = FrameLayout.VERSION + 1;
        assertThatThrownBy(() -> FrameCodec.decodeClient(frame))
                .isInstanceOfSatisfying(
                        FrameException.class, e -> assertThat(e.code()).isEqualTo(FrameException.Code.UNKNOWN_VERSION))
                .hasMessageContaining("reload");
    }

    @ParameterizedTest
    @MethodSource("clientMessages")
    void decode_truncatedAnywhere_isRefused(ClientMessage message) {
        byte[] frame = FrameCodec.encode(message);
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> FrameCodec.decodeClient(cut)).isInstanceOf(FrameException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("serverMessages")
    void decode_serverMessageTruncatedAnywhere_isRefused(ServerMessage message) {
        byte[] frame = FrameCodec.encode(message);
        for (int length = 0; length < frame.length; length++) {
            byte[] cut = Arrays.copyOf(frame, length);
            assertThatThrownBy(() -> FrameCodec.decodeServer(cut)).isInstanceOf(FrameException.class);
        }
    }

    @Test
    void decode_serverTypeFromAClient_isRefused() {
        byte[] frame = FrameCodec.encode(new ServerMessage.Cancel(LEASE, ""));
        assertThatThrownBy(() -> FrameCodec.decodeClient(frame)).hasMessageContaining("unknown message type 6");
    }

    @Property(tries = 5000)
    void decode_mutatedFrame_onlyFrameException(@ForAll int position, @ForAll byte value, @ForAll int which) {
        var all = clientMessages();
        byte[] frame = FrameCodec.encode(all.get(Math.floorMod(which, all.size())));
        frame[Math.floorMod(position, frame.length)] = value;
        try {
            FrameCodec.decodeClient(frame);
        } catch (FrameException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }

    @Property(tries = 5000)
    void decode_mutatedServerFrame_onlyFrameException(@ForAll int position, @ForAll byte value, @ForAll int which) {
        var all = serverMessages();
        byte[] frame = FrameCodec.encode(all.get(Math.floorMod(which, all.size())));
        frame[Math.floorMod(position, frame.length)] = value;
        try {
            FrameCodec.decodeServer(frame);
        } catch (FrameException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }
}
