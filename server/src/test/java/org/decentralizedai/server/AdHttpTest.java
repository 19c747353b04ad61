package org.decentralizedai.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Entry;
import org.decentralizedai.billing.ledger.JdbcLedger.RefusedException;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Posting;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Ads over HTTP: an advertiser, the operator, visitors, and who has paid to see none. */
class AdHttpTest {
    private static final String FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    private static final String SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15";

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static Server server;
    private static Operator operator;
    private static int wallets;

    @BeforeAll
    static void start() throws Exception {
        var settings = TestRun.settings(folder, 2);
        server = new Server(settings);
        operator = new Operator(server.url(), settings.data());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Visitor signedOut() {
        return new Visitor(server.url(), server.url());
    }

    private static Visitor signedIn() throws Exception {
        var visitor = signedOut();
        visitor.signIn(new TestSigner(7_000 + wallets++));
        return visitor;
    }

    private static void buys(Visitor visitor, long microCredits) throws Exception {
        String account = visitor.session().get("accountId").stringValue();
        var amount = BigInteger.valueOf(microCredits);
        server.billing()
                .ledger()
                .post(new Posting(
                        "deposit/test/" + UUID.randomUUID(),
                        Posting.Kind.DEPOSIT,
                        null,
                        "a deposit",
                        List.of(
                                new Entry(Account.chain(), amount.negate()),
                                new Entry(Account.deposit(account), amount),
                                new Entry(Account.sold(), amount.negate()),
                                new Entry(Account.balance(account), amount))));
    }

    /** @param topic in which no other test advertises */
    private static Map<String, Object> campaign(String topic) {
        var today = LocalDate.now(ZoneOffset.UTC);
        return new HashMap<>(Map.of(
                "title",
                "A fine thing",
                "body",
                "You may like it.",
                "link",
                "https://shop.example/a?b=c",
                "topics",
                List.of(topic),
                "pricing",
                "CPM",
                "price",
                2000,
                "first",
                today.toString(),
                "last",
                today.plusDays(3).toString(),
                "cap",
                2));
    }

    /** Made, submitted, approved, funded and started. */
    private static String running(Visitor advertiser, Map<String, Object> campaign, long budget) throws Exception {
        String id = advertiser
                .done("POST", "/api/ads/campaigns", campaign)
                .get("id")
                .stringValue();
        String path = "/api/ads/campaigns/" + id;
        advertiser.done("POST", path + "/submit", Map.of());
        operator.done("approve-ad", "campaign", id, "revision", "1");
        buys(advertiser, budget);
        advertiser.done("POST", path + "/budget", Map.of("microCredits", budget));
        assertThat(advertiser
                        .done("POST", path + "/start", Map.of())
                        .get("state")
                        .stringValue())
                .isEqualTo("RUNNING");
        return id;
    }

    private static JsonNode shown(Visitor visitor, String text, String browser) throws Exception {
        return Visitor.JSON
                .readTree(visitor.send("POST", "/api/ads/next", Map.of("text", text), "User-Agent", browser)
                        .body())
                .get("ad");
    }

    private static boolean counted(JsonNode ad, String browser) throws Exception {
        var answer = signedOut()
                .send("POST", "/api/ads/views", Map.of("token", ad.get("token").stringValue()), "User-Agent", browser);
        assertThat(answer.statusCode()).isEqualTo(200);
        return Visitor.JSON.readTree(answer.body()).get("counted").booleanValue();
    }

    private static void seen(JsonNode ad, String browser) {
        assertThat(ad.isNull()).isFalse();
        await().until(() -> counted(ad, browser));
    }

    /** As a browser follows a link; no page has sent it, so that nothing but these headers says where it is from. */
    private static HttpResponse<String> click(JsonNode ad, String browser, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(
                        URI.create(server.url() + ad.get("link").stringValue()))
                .header("User-Agent", browser);
        if (headers.length > 0) request.headers(headers);
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode figures(Visitor advertiser, String id) throws Exception {
        for (JsonNode campaign :
                advertiser.done("GET", "/api/ads/campaigns", Map.of()).get("campaigns"))
            if (campaign.get("id").stringValue().equals(id)) return campaign;
        throw new AssertionError("no campaign " + id);
    }

    @Test
    void campaign_isShown_seen_andFollowed_once() throws Exception {
        var advertiser = signedIn();
        String id = running(advertiser, campaign("FOOD"), 10);
        var ad = shown(signedOut(), "How long do I bake bread?", FIREFOX);
        assertThat(ad.get("title").stringValue()).isEqualTo("A fine thing");
        assertThat(ad.get("leadsTo").stringValue()).isEqualTo("shop.example");
        assertThat(counted(ad, FIREFOX)).as("not a second has passed").isFalse();
        seen(ad, FIREFOX);
        assertThat(counted(ad, FIREFOX)).as("a replay").isFalse();
        for (int i = 0; i < 2; i++) {
            var answer = click(ad, FIREFOX, "Sec-Fetch-Mode", "navigate");
            assertThat(answer.statusCode()).isEqualTo(303);
            assertThat(answer.headers().firstValue("location")).contains("https://shop.example/a?b=c");
            assertThat(answer.headers().firstValue("cache-control")).contains("no-store");
        }
        var figures = figures(advertiser, id);
        assertThat(figures.get("impressions").longValue()).isEqualTo(1);
        assertThat(figures.get("clicks").longValue()).isEqualTo(1);
        assertThat(figures.get("spent").longValue()).isEqualTo(2);
    }

    @Test
    void othersBots_andPagesLoadedAhead_doNotCount() throws Exception {
        var advertiser = signedIn();
        String id = running(advertiser, campaign("TRAVEL"), 10);
        String text = "a trip to the island";
        assertThat(shown(signedOut(), text, "curl/8.5.0").isNull()).isTrue();
        var ad = shown(signedOut(), text, FIREFOX);
        await().pollDelay(Duration.ofMillis(1100)).until(() -> true);
        assertThat(counted(ad, SAFARI)).as("another visitor").isFalse();
        seen(ad, FIREFOX);
        for (String[] headers : new String[][] {
            {"Sec-Purpose", "prefetch"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Mode", "no-cors"}
        }) assertThat(click(ad, FIREFOX, headers).statusCode()).isEqualTo(303);
        assertThat(figures(advertiser, id).get("clicks").longValue()).isZero();
        assertThat(click(ad, FIREFOX).statusCode()).isEqualTo(303);
        assertThat(figures(advertiser, id).get("clicks").longValue()).isEqualTo(1);
    }

    @Test
    void forgedLink_leadsNowhere() throws Exception {
        for (String path : List.of("/ads/click/x", "/ads/click/a.house.b.1.c.d", "/ads/click/%2e%2e")) {
            var answer = signedOut().send("GET", path, Map.of(), "User-Agent", FIREFOX);
            assertThat(answer.statusCode()).as(path).isEqualTo(404);
            assertThat(answer.headers().firstValue("location")).isEmpty();
        }
    }

    @Test
    void accountWithoutAds_seesNone_untilThen() throws Exception {
        var advertiser = signedIn();
        running(advertiser, campaign("SPORT"), 1000);
        var reader = signedIn();
        assertThat(shown(reader, "football", FIREFOX).isNull()).isFalse();
        var before = reader.done("GET", "/api/me/ad-free", Map.of());
        assertThat(before.get("untilMillis").isNull()).isTrue();
        assertThat(before.get("monthMicroCredits").longValue()).isEqualTo(1_000_000);
        assertThat(reader.send("POST", "/api/me/ad-free", Map.of("months", 1)).statusCode())
                .isEqualTo(409);
        buys(reader, 3_000_000);
        long until = reader.done("POST", "/api/me/ad-free", Map.of("months", 1))
                .get("untilMillis")
                .longValue();
        assertThat(shown(reader, "football", FIREFOX).isNull()).isTrue();
        assertThat(shown(signedOut(), "football", FIREFOX).isNull()).isFalse();
        var order = Map.of("months", 2, "order", "twice-said");
        reader.done("POST", "/api/me/ad-free", order);
        var after = reader.done("POST", "/api/me/ad-free", order);
        assertThat(after.get("untilMillis").longValue() - until).isEqualTo(60L * 24 * 3600 * 1000);
        assertThat(after.get("balance").longValue()).isZero();
        for (Object months : new Object[] {0, 13, -1, "x", 1.5})
            assertThat(reader.send("POST", "/api/me/ad-free", Map.of("months", months))
                            .statusCode())
                    .isEqualTo(400);
        reader.csrf = "wrong";
        assertThat(reader.send("POST", "/api/me/ad-free", Map.of("months", 1)).statusCode())
                .isEqualTo(403);
        assertThat(signedOut().send("GET", "/api/me/ad-free", Map.of()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void whoMustSignFirst_buysNoMonths_andIsToldSo() throws Exception {
        var reader = signedIn();
        buys(reader, 1_000_000);
        String account = reader.session().get("accountId").stringValue();
        server.billing().ledger().add((_, posting) -> {
            if (posting.kind() == Posting.Kind.SUBSCRIBE && posting.id().contains(account))
                throw new RefusedException(Outcome.UNSIGNED, posting.id());
        });
        var answer = reader.send("POST", "/api/me/ad-free", Map.of("months", 1));
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("sign by your wallet");
        assertThat(server.billing().balance(account)).isEqualTo(1_000_000);
    }

    @Test
    void review_namesTheRevision_andAChangeComesBack() throws Exception {
        var advertiser = signedIn();
        var campaign = campaign("MUSIC");
        String id = running(advertiser, campaign, 10), path = "/api/ads/campaigns/" + id;
        campaign.put("price", 4000);
        assertThat(advertiser.done("PUT", path, campaign).get("state").stringValue())
                .isEqualTo("RUNNING");
        campaign.put("title", "Another thing");
        var changed = advertiser.done("PUT", path, campaign);
        assertThat(changed.get("state").stringValue()).isEqualTo("IN_REVIEW");
        assertThat(changed.get("revision").intValue()).isEqualTo(2);
        assertThat(shown(signedOut(), "a song", FIREFOX).isNull()).isTrue();
        assertThat(operator.done("ads").toString()).contains(id);
        assertThat(operator.command("approve-ad", "campaign", id, "revision", "1")
                        .statusCode())
                .isEqualTo(409);
        operator.done("reject-ad", "campaign", id, "revision", "2", "why", "what thing?");
        assertThat(figures(advertiser, id).get("why").stringValue()).isEqualTo("what thing?");
        assertThat(advertiser.send("POST", path + "/start", Map.of()).statusCode())
                .isEqualTo(409);
        assertThat(advertiser
                        .done("POST", path + "/end", Map.of())
                        .get("budget")
                        .longValue())
                .isZero();
        assertThat(advertiser
                        .done("GET", "/api/ads/campaigns", Map.of())
                        .get("available")
                        .longValue())
                .isEqualTo(10);
    }

    @Test
    void othersCampaigns_areNotThere() throws Exception {
        var advertiser = signedIn();
        String id = advertiser
                .done("POST", "/api/ads/campaigns", campaign("GAMES"))
                .get("id")
                .stringValue();
        var other = signedIn();
        for (String action : List.of("submit", "start", "pause", "end"))
            assertThat(other.send("POST", "/api/ads/campaigns/" + id + "/" + action, Map.of())
                            .statusCode())
                    .isEqualTo(404);
        assertThat(other.send("PUT", "/api/ads/campaigns/" + id, campaign("GAMES"))
                        .statusCode())
                .isEqualTo(404);
        assertThat(other.send("POST", "/api/ads/campaigns/" + id + "/budget", Map.of("microCredits", 1))
                        .statusCode())
                .isEqualTo(404);
        assertThat(other.done("GET", "/api/ads/campaigns", Map.of()).get("campaigns"))
                .isEmpty();
        assertThat(signedOut().send("GET", "/api/ads/campaigns", Map.of()).statusCode())
                .isEqualTo(401);
    }

    @Test
    void wrongCampaigns_areRefused_withTheRule() throws Exception {
        var advertiser = signedIn();
        Map<String, Object> wrong = new HashMap<>();
        wrong.put("link", "http://shop.example/");
        wrong.put("title", "");
        wrong.put("topics", List.of("HEALTH"));
        wrong.put("pricing", "CPA");
        wrong.put("price", 1500);
        wrong.put("first", "tomorrow");
        wrong.put("last", "1999-01-01");
        wrong.put("cap", 0);
        wrong.put("image", "\0");
        wrong.put("state", "RUNNING");
        for (var field : wrong.entrySet()) {
            var campaign = campaign("BOOKS");
            campaign.put(field.getKey(), field.getValue());
            assertThat(advertiser.send("POST", "/api/ads/campaigns", campaign).statusCode())
                    .as("%s", field)
                    .isEqualTo(400);
        }
        var click = campaign("BOOKS");
        click.put("pricing", "CPC");
        click.put("price", 999);
        assertThat(advertiser.send("POST", "/api/ads/campaigns", click).body()).contains("at least 1000");
        click.put("price", 1000);
        assertThat(advertiser.send("POST", "/api/ads/campaigns", click).statusCode())
                .isEqualTo(200);
        String id = advertiser
                .done("POST", "/api/ads/campaigns", campaign("BOOKS"))
                .get("id")
                .stringValue();
        String budget = "/api/ads/campaigns/" + id + "/budget";
        String account = advertiser.session().get("accountId").stringValue();
        server.billing().grant("ads-" + account, account, BigInteger.TEN, "a gift");
        assertThat(advertiser.send("POST", budget, Map.of("microCredits", 5)).body())
                .contains("granted ones are not money");
        assertThat(advertiser
                        .send("POST", budget, Map.of("microCredits", 9_000_000_000_000_000_000L))
                        .statusCode())
                .isEqualTo(409);
        for (Object amount : new Object[] {0, -1, "5", 1.5, "9".repeat(30)})
            assertThat(advertiser
                            .send("POST", budget, Map.of("microCredits", amount))
                            .statusCode())
                    .isEqualTo(400);
    }

    @Test
    void picture_isWrittenAnew_andServedFromHere() throws Exception {
        var advertiser = signedIn();
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(300, 300, BufferedImage.TYPE_INT_RGB), "jpg", bytes);
        var upload = HttpRequest.newBuilder(URI.create(server.url() + "/api/ads/images"))
                .headers("Cookie", advertiser.cookie, "Origin", server.url(), "X-CSRF-Token", advertiser.csrf)
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray()))
                .build();
        var answer = HTTP.send(upload, HttpResponse.BodyHandlers.ofString());
        var campaign = campaign("HOME");
        String hash = Visitor.JSON.readTree(answer.body()).get("image").stringValue(),
                unseen = "/ads/images/" + hash + ".png";
        campaign.put("image", hash);
        assertThat(signedIn().send("POST", "/api/ads/campaigns", campaign).statusCode())
                .as("another account's picture")
                .isEqualTo(400);
        assertThat(signedOut().send("GET", unseen, Map.of()).statusCode()).isEqualTo(404);
        assertThat(signedIn().send("GET", unseen, Map.of()).statusCode()).isEqualTo(404);
        var own = advertiser.send("GET", unseen, Map.of());
        assertThat(own.statusCode()).isEqualTo(200);
        assertThat(own.headers().firstValue("cache-control")).contains("private, no-store");
        String waiting = advertiser
                .done("POST", "/api/ads/campaigns", campaign)
                .get("id")
                .stringValue();
        advertiser.done("POST", "/api/ads/campaigns/" + waiting + "/submit", Map.of());
        String passed = "";
        for (JsonNode one : operator.done("ads").get("waiting"))
            if (one.get("id").stringValue().equals(waiting))
                passed = one.get("image").stringValue();
        assertThat(signedOut().send("GET", passed, Map.of()).headers().firstValue("content-type"))
                .as("the operator's pass: " + passed)
                .contains("image/png");
        assertThat(signedOut().send("GET", unseen + "?pass=1.x", Map.of()).statusCode())
                .isEqualTo(404);
        running(advertiser, campaign, 10);
        String image = shown(signedOut(), "my garden", FIREFOX).get("image").stringValue();
        var picture = HTTP.send(
                HttpRequest.newBuilder(URI.create(server.url() + image)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(picture.headers().firstValue("content-type")).contains("image/png");
        assertThat(picture.headers().firstValue("cache-control").orElseThrow()).contains("immutable");
        assertThat(ImageIO.read(new ByteArrayInputStream(picture.body())).getWidth())
                .isEqualTo(192);
        assertThat(advertiser
                        .send("POST", "/api/ads/images", Map.of("no", "picture"))
                        .statusCode())
                .isEqualTo(400);
        for (String none : List.of("x.png", "%00.png", hash + ".jpg"))
            assertThat(signedOut().send("GET", "/ads/images/" + none, Map.of()).statusCode())
                    .as(none)
                    .isBetween(400, 404);
    }

    @Test
    void deletedAdvertiser_isForgotten_andShownNoMore() throws Exception {
        var advertiser = signedIn();
        String account = advertiser.session().get("accountId").stringValue();
        String id = running(advertiser, campaign("SCIENCE"), 10);
        var exported = advertiser.done("GET", "/api/me/export", Map.of()).at("/ads/campaigns/0");
        assertThat(exported.get("id").stringValue()).isEqualTo(id);
        assertThat(exported.at("/creative/title").stringValue()).isEqualTo("A fine thing");
        var ad = shown(signedOut(), "the universe", FIREFOX);
        assertThat(advertiser.send("DELETE", "/api/me", Map.of()).statusCode()).isEqualTo(204);
        assertThat(shown(signedOut(), "the universe", FIREFOX).isNull()).isTrue();
        assertThat(click(ad, FIREFOX).statusCode()).isEqualTo(404);
    }

    @Test
    void adsTxt_saysThatNobodyMaySell() throws Exception {
        var answer = signedOut().send("GET", "/ads.txt", Map.of());
        assertThat(answer.body()).startsWith("# Nobody is authorised");
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
    }

    @Test
    void wrongQuestions_areRefused() throws Exception {
        for (Map<String, ?> body :
                List.<Map<String, ?>>of(Map.of(), Map.of("text", 1), Map.of("text", "x", "user", "y")))
            assertThat(signedOut()
                            .send("POST", "/api/ads/next", body, "User-Agent", FIREFOX)
                            .statusCode())
                    .as("%s", body)
                    .isEqualTo(400);
        assertThat(signedOut()
                        .send("POST", "/api/ads/views", Map.of("token", "x"), "User-Agent", FIREFOX)
                        .body())
                .isEqualTo("{\"counted\":false}");
    }

    @Test
    void turnedOff_showsAndTakesNothing(@TempDir Path other) throws Exception {
        var settings = SettingsFile.with(
                TestRun.settings(other, 2),
                Map.of("ads", Map.of("enabled", false, "adsTxt", List.of("network.example, 1, DIRECT"))));
        try (var off = new Server(settings)) {
            var visitor = new Visitor(off.url(), off.url());
            visitor.signIn(new TestSigner(1));
            assertThat(shown(visitor, "anything", FIREFOX).isNull()).isTrue();
            assertThat(visitor.send("POST", "/api/ads/campaigns", campaign("GENERAL"))
                            .statusCode())
                    .isEqualTo(503);
            assertThat(visitor.send("GET", "/ads.txt", Map.of()).body()).isEqualTo("network.example, 1, DIRECT\n");
        }
    }
}
