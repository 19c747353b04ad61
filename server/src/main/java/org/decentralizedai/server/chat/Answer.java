package org.decentralizedai.server.chat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.decentralizedai.store.djl.Drawn;
import org.decentralizedai.store.djl.Generation;
import org.decentralizedai.store.djl.Generator;
import org.decentralizedai.store.tokenizer.TextDecoder;
import org.jspecify.annotations.Nullable;

/** One choice in the making: tokens become characters, stop texts are withheld, pieces go out as they come. */
final class Answer {
    static final Duration BEAT = Duration.ofSeconds(1);

    /**
     * Ends answers early.
     *
     * @param deadlineNanos by {@link System#nanoTime}
     * @param cancelled asked at each token
     */
    record Limit(long deadlineNanos, BooleanSupplier cancelled) {
        boolean reached() {
            return System.nanoTime() - deadlineNanos >= 0 || cancelled.getAsBoolean();
        }
    }

    private final CompletionRequest request;
    private final int choice;
    private final Reply reply;
    private final Bill bill;
    private final TextDecoder decoder;
    private final StopMatcher stops;
    private final Limit limit;
    private final SentTokens sent = new SentTokens();
    private final List<ToldToken> told = new ArrayList<>(); // since the last piece
    private int characters;
    private long beatNanos = System.nanoTime();
    private @Nullable IOException gone;

    Answer(CompletionRequest request, int choice, Reply reply, Bill bill, TextDecoder decoder, Limit limit) {
        this.request = request;
        this.choice = choice;
        this.reply = reply;
        this.bill = bill;
        this.decoder = decoder;
        this.limit = limit;
        stops = new StopMatcher(request.stops());
    }

    /**
     * @return how many tokens were made
     * @throws IOException when the caller has gone; the generator has stopped by then
     */
    int write(Generator generator) throws IOException {
        reply.start(choice);
        Generation made = generator.generate(
                request.prompt().tokens(), request.sampling(choice), request.likeliest(), this::take);
        if (gone != null) throw gone;
        if (!stops.stopped()) say(stops.accept(decoder.finish()) + stops.finish());
        if (!stops.stopped() && !told.isEmpty()) send("");
        reply.end(choice, finishReason(made));
        return made.tokens();
    }

    private boolean take(Drawn drawn) {
        try {
            if (request.logProbabilities()) told.add(new ToldToken(drawn, characters));
            String text = decoder.accept(drawn.token());
            characters += text.length();
            sent.made(text.length());
            bill.made();
            say(stops.accept(text));
            if (System.nanoTime() - beatNanos > BEAT.toNanos()) beat();
        } catch (IOException e) {
            gone = e;
            return false;
        }
        return !stops.stopped() && !limit.reached();
    }

    private void say(String text) throws IOException {
        if (!text.isEmpty()) send(text);
    }

    private void send(String text) throws IOException {
        reply.piece(choice, text, List.copyOf(told));
        told.clear();
        int out = sent.sent(text.length());
        if (request.stream()) bill.sent(out); // a whole answer goes out at its end
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
