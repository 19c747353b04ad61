package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.decentralizedai.billing.MutableClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The connector against a server that answers as theirs does, over real HTTP. */
class EthicalAdsTest {
    private static final Visitor BOB = new Visitor("192.0.2.0/24", "Mozilla/5.0 (X11) Firefox/140.0");

    private record Asked(String path, String authorization, String browser, String body) {}

    private final MutableClock clock = new MutableClock();
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch slow = new CountDownLatch(1);
    private HttpServer network;
    private String url;
    private EthicalAds ads;
    private volatile String answer = "{}";
    private volatile int status = 200;
    private volatile boolean hangs;

    @BeforeEach
    void start() throws IOException {
        network = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        network.setExecutor(Executors.newCachedThreadPool());
        network.createContext("/", this::answer);
        network.start();
        url = "http://localhost:" + network.getAddress().getPort();
        ads = new EthicalAds(new EthicalAds.Publisher(URI.create(url), "ours", "secret"), clock);
    }

    @AfterEach
    void stop() {
        slow.countDown();
        network.stop(0);
        if (network.getExecutor() instanceof ExecutorService threads) threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        asked.add(new Asked(
                exchange.getRequestURI().getPath(),
                String.valueOf(headers.getFirst("Authorization")),
                String.valueOf(headers.getFirst("User-Agent")),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        try {
            if (hangs) slow.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static AdContext context(String decision) {
        return new AdContext(decision, EnumSet.of(Topic.GENERAL, Topic.PROGRAMMING), BOB, _ -> true);
    }

    private String offer(String host) {
        return """
                {"id": "an-ad", "text": "<a href='x'>Test APIs.</a>", "body": "Test APIs. Commit them. Try it",
                 "copy": {"headline": "Test APIs.", "cta": "Try it", "content": "Commit\\n them. \\u202e"},
                 "link": "%1$s/proxy/click/1/nonce/", "link_domain": "sponsor.example", "view_url": "%1$s/proxy/view/1/nonce/",
                 "nonce": "nonce", "display_type": "text-v1", "campaign_type": "paid", "div_id": "chat"}""".formatted(host);
    }

    @Test
    void question_holdsTopicsAndTheNetwork_notTheAddress() throws Exception {
        assertThat(ads.decide(context("d"))).as("{} says that there is none").isEmpty();
        var question = asked.take();
        assertThat(question.path()).isEqualTo("/api/v1/decision/");
        assertThat(question.authorization()).isEqualTo("Token secret");
        JsonNode body = new JsonMapper().readTree(question.body());
        assertThat(body.get("publisher").stringValue()).isEqualTo("ours");
        assertThat(body.get("user_ip").stringValue()).isEqualTo("192.0.2.0");
        assertThat(body.get("keywords").toString()).isEqualTo("[\"general\",\"programming\"]");
        assertThat(body.at("/placements/0/ad_type").stringValue()).isEqualTo("text-v1");
        assertThat(body.size()).isEqualTo(6);
    }

    @Test
    void ad_isText_andItsViewIsReportedOnce_byThisServer() throws Exception {
        answer = offer(url);
        var ad = ads.decide(context("d")).orElseThrow();
        assertThat(ad).isEqualTo(new Ad("d", "Test APIs.", "Commit them. Try it", null, "sponsor.example"));
        asked.take();
        assertThat(ads.click("d", "d")).isEqualTo(Counted.NOT_VIEWED);
        assertThat(ads.view("d", "d")).isEqualTo(Counted.COUNTED);
        assertThat(ads.view("d", "d")).isEqualTo(Counted.REPLAYED);
        var report = asked.poll(10, TimeUnit.SECONDS);
        assertThat(report.path()).isEqualTo("/proxy/view/1/nonce/");
        assertThat(report.browser()).isEqualTo(BOB.browser());
        assertThat(report.authorization()).as("no secret goes there").isEqualTo("null");
        assertThat(ads.target("d", "d")).contains(URI.create(url + "/proxy/click/1/nonce/"));
        assertThat(ads.click("d", "d")).isEqualTo(Counted.COUNTED);
        assertThat(ads.click("d", "d")).isEqualTo(Counted.REPLAYED);
        assertThat(asked).as("one report").isEmpty();
        assertThat(ads.view("other", "other")).isEqualTo(Counted.OVER);
    }

    @Test
    void linkElsewhere_isNoAd() {
        for (String host :
                new String[] {"https://evil.example", "javascript:", "", url + ".evil.example", "http://a b"}) {
            answer = offer(host);
            assertThat(ads.decide(context("d"))).as(host).isEmpty();
        }
    }

    @Test
    void illNetwork_isLeftAloneForAWhile() {
        for (int bad : new int[] {500, 403, 302}) {
            status = bad;
            assertThat(ads.decide(context("d"))).isEmpty();
            asked.clear();
            status = 200;
            answer = offer(url);
            assertThat(ads.decide(context("d"))).isEmpty();
            assertThat(asked).isEmpty();
            clock.advance(Duration.ofSeconds(30));
            assertThat(ads.decide(context("d"))).isPresent();
        }
        answer = "no JSON";
        assertThat(ads.decide(context("d"))).isEmpty();
    }

    @Test
    void slowNetwork_isNotWaitedFor() {
        hangs = true;
        long began = System.nanoTime();
        assertThat(ads.decide(context("d"))).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void token_isNotWritten() {
        assertThat(new EthicalAds.Publisher(URI.create(url), "ours", "secret").toString())
                .doesNotContain("secret");
    }
}
