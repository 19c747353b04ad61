package org.decentralizedai.wire;

import static org.decentralizedai.wire.FrameException.Code.BAD_FIELD;
import static org.decentralizedai.wire.FrameException.Code.UNKNOWN_TYPE;

import java.util.function.Function;
import org.decentralizedai.compress.Slice;
import org.decentralizedai.compress.UpdateEncoding;
import org.decentralizedai.compress.UpdateForm;
import org.decentralizedai.model.ModelConfig;
import org.decentralizedai.model.Precision;

/** Messages to frames and back, for both sides. Decoding throws only {@link FrameException}. */
public final class FrameCodec {
    private static final int WELCOME = 1, GRADIENT_TASK = 2, IDLE = 3, UPLOAD_FROM = 4, VERDICT = 5, CANCEL = 6;
    private static final int HELLO = 65, TASK_REQUEST = 66, HEARTBEAT = 67, BEGIN = 68, CHUNK = 69, ABANDON = 70;

    private FrameCodec() {}

    public static byte[] encode(ServerMessage message) {
        return switch (message) {
            case ServerMessage.Welcome m ->
                write(new FrameWriter(WELCOME).text(m.worker()).text(m.run()), m.model())
                        .i32(m.heartbeatMillis())
                        .frame();
            case ServerMessage.GradientTask m -> {
                var out = new FrameWriter(GRADIENT_TASK)
                        .lease(m.lease())
                        .i32(m.round())
                        .hash(m.checkpoint())
                        .hashes(m.weights())
                        .hops(m.hops())
                        .hashes(m.secondMoment());
                write(out, m.data());
                write(out, m.steps());
                write(out, m.form());
                yield out.bool(m.auditable()).i32(m.leaseMillis()).frame();
            }
            case ServerMessage.Idle m ->
                new FrameWriter(IDLE)
                        .i32(m.reason().ordinal())
                        .i32(m.retryMillis())
                        .frame();
            case ServerMessage.UploadFrom m ->
                new FrameWriter(UPLOAD_FROM).lease(m.lease()).i32(m.offset()).frame();
            case ServerMessage.Verdict m ->
                new FrameWriter(VERDICT)
                        .lease(m.lease())
                        .i32(m.code().ordinal())
                        .text(m.sentence())
                        .i32(m.acceptedTokens())
                        .frame();
            case ServerMessage.Cancel m ->
                new FrameWriter(CANCEL).lease(m.lease()).text(m.sentence()).frame();
        };
    }

    public static byte[] encode(ClientMessage message) {
        return switch (message) {
            case ClientMessage.Hello m ->
                new FrameWriter(HELLO)
                        .text(m.key())
                        .text(m.adapter())
                        .bool(m.software())
                        .f64(m.gigaflops())
                        .i64(m.maxStorageBytes())
                        .frame();
            case ClientMessage.TaskRequest _ -> new FrameWriter(TASK_REQUEST).frame();
            case ClientMessage.Heartbeat m ->
                new FrameWriter(HEARTBEAT)
                        .lease(m.lease())
                        .i32(m.stepsDone())
                        .f64(m.loss())
                        .frame();
            case ClientMessage.UpdateBegin m ->
                new FrameWriter(BEGIN)
                        .lease(m.lease())
                        .i32(m.encodedBytes())
                        .hash(m.hash())
                        .i32(m.steps())
                        .i32(m.tokens())
                        .f64(m.firstLoss())
                        .f64(m.lastLoss())
                        .i32(m.millis())
                        .frame();
            case ClientMessage.UpdateChunk m ->
                new FrameWriter(CHUNK)
                        .lease(m.lease())
                        .i32(m.offset())
                        .bytes(m.bytes().array())
                        .frame();
            case ClientMessage.Abandon m ->
                new FrameWriter(ABANDON).lease(m.lease()).text(m.reason()).frame();
        };
    }

    public static ServerMessage decodeServer(byte[] frame) {
        return decode(frame, FrameCodec::serverMessage);
    }

    public static ClientMessage decodeClient(byte[] frame) {
        return decode(frame, FrameCodec::clientMessage);
    }

    private static <M> M decode(byte[] frame, Function<FrameReader, M> fields) {
        var in = new FrameReader(frame);
        try {
            M message = fields.apply(in);
            in.end();
            return message;
        } catch (IllegalArgumentException e) { // a record's own rule
            throw new FrameException(BAD_FIELD, String.valueOf(e.getMessage()));
        }
    }

    private static ServerMessage serverMessage(FrameReader in) {
        return switch (in.type()) {
            case WELCOME -> new ServerMessage.Welcome(in.text(), in.text(), modelConfig(in), in.i32());
            case GRADIENT_TASK ->
                new ServerMessage.GradientTask(
                        in.lease(),
                        in.i32(),
                        in.hash(),
                        in.hashes(),
                        in.hops(),
                        in.hashes(),
                        new CorpusWindows(in.hash(), in.i64(), in.i32(), in.i32()),
                        localSteps(in),
                        updateForm(in),
                        in.bool(),
                        in.i32());
            case IDLE -> new ServerMessage.Idle(in.constant(IdleReason.values()), in.i32());
            case UPLOAD_FROM -> new ServerMessage.UploadFrom(in.lease(), in.i32());
            case VERDICT ->
                new ServerMessage.Verdict(in.lease(), in.constant(VerdictCode.values()), in.text(), in.i32());
            case CANCEL -> new ServerMessage.Cancel(in.lease(), in.text());
            default -> throw unknown(in);
        };
    }

    private static ClientMessage clientMessage(FrameReader in) {
        return switch (in.type()) {
            case HELLO -> new ClientMessage.Hello(in.text(), in.text(), in.bool(), in.f64(), in.i64());
            case TASK_REQUEST -> new ClientMessage.TaskRequest();
            case HEARTBEAT -> new ClientMessage.Heartbeat(in.lease(), in.i32(), in.f64());
            case BEGIN ->
                new ClientMessage.UpdateBegin(
                        in.lease(), in.i32(), in.hash(), in.i32(), in.i32(), in.f64(), in.f64(), in.i32());
            case CHUNK -> new ClientMessage.UpdateChunk(in.lease(), in.i32(), new Bytes(in.bytes()));
            case ABANDON -> new ClientMessage.Abandon(in.lease(), in.text());
            default -> throw unknown(in);
        };
    }

    private static FrameException unknown(FrameReader in) {
        return new FrameException(UNKNOWN_TYPE, "unknown message type " + in.type());
    }

    private static FrameWriter write(FrameWriter out, ModelConfig c) {
        return out.i32(c.vocabulary())
                .i32(c.hidden())
                .i32(c.layers())
                .i32(c.heads())
                .i32(c.kvHeads())
                .i32(c.headDim())
                .i32(c.intermediate())
                .i32(c.context())
                .f64(c.ropeTheta())
                .f64(c.rmsNormEpsilon())
                .bool(c.tiedEmbeddings());
    }

    private static ModelConfig modelConfig(FrameReader in) {
        return new ModelConfig(
                in.i32(), in.i32(), in.i32(), in.i32(), in.i32(), in.i32(), in.i32(), in.i32(), in.f64(), in.f64(),
                in.bool());
    }

    private static void write(FrameWriter out, CorpusWindows d) {
        out.hash(d.shard()).i64(d.seed()).i32(d.first()).i32(d.count());
    }

    private static void write(FrameWriter out, LocalSteps s) {
        out.i32(s.steps())
                .i32(s.batch())
                .i32(s.microBatch())
                .i32(s.context())
                .f64(s.learningRate())
                .i32(s.warmupSteps())
                .f64(s.beta1())
                .f64(s.beta2())
                .f64(s.epsilon())
                .f64(s.weightDecay())
                .f64(s.clipNorm())
                .i32(s.activations().ordinal());
    }

    private static void write(FrameWriter out, UpdateForm f) {
        out.i32(f.encoding().ordinal())
                .i32(f.slice().part())
                .i32(f.slice().parts())
                .f64(f.feedback());
    }

    private static UpdateForm updateForm(FrameReader in) {
        return new UpdateForm(in.constant(UpdateEncoding.values()), new Slice(in.i32(), in.i32()), in.f64());
    }

    private static LocalSteps localSteps(FrameReader in) {
        return new LocalSteps(
                in.i32(),
                in.i32(),
                in.i32(),
                in.i32(),
                in.f64(),
                in.i32(),
                in.f64(),
                in.f64(),
                in.f64(),
                in.f64(),
                in.f64(),
                in.constant(Precision.values()));
    }
}
