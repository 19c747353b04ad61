package org.decentralizedai.store.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.decentralizedai.model.ModelConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final ModelConfig CONFIG = Models.GROUPED_TIED;
    private static final int[] PROMPT = Models.tokens(CONFIG, 3, 5);
    private static Generator generator;

    @BeforeAll
    static void open() {
        generator = new Generator(CONFIG, Models.weights(CONFIG));
    }

    @AfterAll
    static void close() {
        generator.close();
    }

    private static Sampling greedy(int tokens) {
        return new Sampling(0, 1, tokens, 0, Set.of());
    }

    private static Sampling random(long seed, int tokens) {
        return new Sampling(1, 0.95, tokens, seed, Set.of());
    }

    private static List<Integer> generate(int[] prompt, Sampling sampling) {
        List<Integer> tokens = new ArrayList<>();
        generator.generate(prompt, sampling, (token, logProbability) -> tokens.add(token));
        return tokens;
    }

    /** Greedy continuation without a cache; forgets as the generator promises. */
    private static List<Integer> recomputed(int[] prompt, int count) {
        int context = CONFIG.context();
        List<Integer> text = new ArrayList<>(Arrays.stream(prompt).boxed().toList());
        while (text.size() > context) text.removeFirst();
        List<Integer> answer = new ArrayList<>();
        try (var decoder = new DjlDecoder(CONFIG, Models.weights(CONFIG))) {
            for (int i = 0; i < count; i++) {
                float[] logits;
                try (var scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    long[] ids = text.stream().mapToLong(id -> id).toArray();
                    logits = decoder.logits(decoder.forward(decoder.tokens(ids, 1), null))
                            .toFloatArray();
                }
                int best = 0, last = logits.length - CONFIG.vocabulary();
                for (int v = 0; v < CONFIG.vocabulary(); v++) if (logits[last + v] > logits[last + best]) best = v;
                answer.add(best);
                if (text.size() == context) text = new ArrayList<>(text.subList(context / 4, context));
                text.add(best);
            }
        }
        return answer;
    }

    @Test
    void generate_greedyWithinTheContext_equalsRecomputation() {
        int count = CONFIG.context() - PROMPT.length + 1;
        assertThat(generate(PROMPT, greedy(count))).isEqualTo(recomputed(PROMPT, count));
    }

    @Test
    void generate_greedyBeyondTheContext_forgetsTheOldestQuarter() {
        assertThat(generate(PROMPT, greedy(40))).isEqualTo(recomputed(PROMPT, 40));
    }

    @Test
    void generate_promptLongerThanTheContext_newestTokensCount() {
        int[] prompt = Models.tokens(CONFIG, 30, 6);
        assertThat(generate(prompt, greedy(5))).isEqualTo(recomputed(prompt, 5));
        int[] sameEnd = prompt.clone();
        sameEnd[0] = (sameEnd[0] + 1) % CONFIG.vocabulary();
        assertThat(generate(sameEnd, random(1, 20))).isEqualTo(generate(prompt, random(1, 20)));
    }

    @Test
    void generate_sameSeed_sameText() {
        assertThat(generate(PROMPT, random(7, 50))).isEqualTo(generate(PROMPT, random(7, 50)));
        assertThat(generate(PROMPT, random(7, 50))).isNotEqualTo(generate(PROMPT, random(8, 50)));
    }

    @Test
    void generate_stopToken_endsBeforeIt() {
        List<Integer> text = generate(PROMPT, greedy(10));
        int stop = text.get(4), first = text.indexOf(stop);
        List<Integer> stopped = new ArrayList<>();
        var generation = generator.generate(
                PROMPT, new Sampling(0, 1, 10, 0, Set.of(stop)), (token, logProbability) -> stopped.add(token));
        assertThat(stopped).isEqualTo(text.subList(0, first));
        assertThat(generation).isEqualTo(new Generation(3, first, Generation.Finish.STOP_TOKEN));
    }

    @Test
    void generate_sinkStops_ends() {
        List<Integer> seen = new ArrayList<>();
        var generation = generator.generate(PROMPT, greedy(10), (token, logProbability) -> {
            seen.add(token);
            return seen.size() < 4;
        });
        assertThat(seen).hasSize(4);
        assertThat(generation).isEqualTo(new Generation(3, 4, Generation.Finish.SINK_STOPPED));
        assertThat(generator.generate(PROMPT, greedy(0), (token, logProbability) -> true))
                .isEqualTo(new Generation(3, 0, Generation.Finish.MAX_TOKENS));
    }

    @Test
    void generate_badPrompt_refused() {
        assertThatThrownBy(() -> generate(new int[0], greedy(1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> generate(new int[] {CONFIG.vocabulary()}, greedy(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outside the vocabulary");
    }

    @Test
    void generate_weightsNotFinite_saysSo() {
        float[] weights = Models.weights(CONFIG);
        weights[weights.length - 1] = Float.NaN;
        try (var broken = new Generator(CONFIG, weights)) {
            assertThatThrownBy(() -> broken.generate(PROMPT, greedy(1), (token, logProbability) -> true))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("not finite");
            assertThat(broken.arrays()).isEqualTo(generator.arrays());
        }
    }

    @Test
    void generate_twoHundredTimes_noArrayStays() {
        generate(PROMPT, random(0, 5));
        int before = generator.arrays();
        for (int i = 0; i < 200; i++) generate(PROMPT, random(i, 20));
        assertThat(generator.arrays()).isEqualTo(before);
    }

    @Test
    void generate_onFourThreads_sameTextsAsOnOne() throws Exception {
        try (var threads = Executors.newFixedThreadPool(4)) {
            var texts = new ArrayList<java.util.concurrent.Future<List<Integer>>>();
            for (int i = 0; i < 16; i++) {
                int seed = i;
                texts.add(threads.submit(() -> generate(PROMPT, random(seed, 20))));
            }
            for (int i = 0; i < 16; i++) assertThat(texts.get(i).get()).isEqualTo(generate(PROMPT, random(i, 20)));
        }
    }

    @Test
    void close_whileGenerating_thatCallEndsWell() throws Exception {
        var closing = new Generator(CONFIG, Models.weights(CONFIG));
        var begun = new CountDownLatch(1);
        var closed = new CountDownLatch(1);
        List<Integer> tokens = new ArrayList<>();
        Thread call = Thread.ofPlatform()
                .start(() -> closing.generate(PROMPT, greedy(30), (token, logProbability) -> {
                    tokens.add(token);
                    begun.countDown();
                    try {
                        closed.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return true;
                }));
        begun.await();
        closing.close();
        closed.countDown();
        call.join();
        assertThat(tokens).isEqualTo(generate(PROMPT, greedy(30)));
        assertThatThrownBy(() -> closing.generate(PROMPT, greedy(1), (token, logProbability) -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        closing.close();
    }
}
