package org.decentralizedai.server.chat;

import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.decentralizedai.store.djl.Generation;
import org.decentralizedai.store.djl.Generator;
import org.decentralizedai.store.tokenizer.TextDecoder;
import org.decentralizedai.store.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;

/** One answer in the making: tokens become characters, stop texts are withheld, pieces go out as they come. */
final class Answer {
    static final Duration BEAT = Duration.ofSeconds(1);

    private final CompletionRequest request;
    private final Reply reply;
    private final Bill bill;
    private final TextDecoder decoder;
    private final StopMatcher stops;
    private final long deadlineNanos;
    private final BooleanSupplier cancelled;
    private long beatNanos = System.nanoTime();
    private @Nullable IOException gone;
    private int tokens;

    /** @param cancelled asked at each token */
    Answer(
            CompletionRequest request,
            Reply reply,
            Bill bill,
            Tokenizer tokenizer,
            Duration longest,
            BooleanSupplier cancelled) {
        this.request = request;
        this.reply = reply;
        this.bill = bill;
        this.cancelled = cancelled;
        decoder = tokenizer.decoder();
        stops = new StopMatcher(request.stops());
        deadlineNanos = System.nanoTime() + longest.toNanos();
    }

    /** @throws IOException when the caller has gone; the generator has stopped by then */
    void write(Generator generator) throws IOException {
        Generation made = generator.generate(request.prompt().tokens(), request.sampling(), (token, _) -> take(token));
        if (gone != null) throw gone;
        if (!stops.stopped()) say(stops.accept(decoder.finish()));
        if (!stops.stopped()) say(stops.finish());
        reply.end(finishReason(made), new Usage(request.prompt().length(), made.tokens()));
        bill.complete(made.tokens());
    }

    private boolean take(int token) {
        try {
            say(stops.accept(decoder.accept(token)));
            tokens++;
            bill.made(tokens, request.stream()); // a whole answer goes out at its end
            if (System.nanoTime() - beatNanos > BEAT.toNanos()) beat();
        } catch (IOException e) {
            gone = e;
            return false;
        }
        return !stops.stopped() && System.nanoTime() - deadlineNanos < 0 && !cancelled.getAsBoolean();
    }

    private void say(String text) throws IOException {
        if (!text.isEmpty()) reply.piece(text);
    }

    private void beat() throws IOException {
        reply.beat();
        beatNanos = System.nanoTime();
    }

    private String finishReason(Generation made) {
        if (stops.stopped()) return "stop";
        return switch (made.finish()) {
            case STOP_TOKEN -> "stop";
            case MAX_TOKENS, SINK_STOPPED -> "length";
        };
    }
}
