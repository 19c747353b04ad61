package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.limit.RateLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who sees an ad, and what of a report counts. */
class AdDeskTest {
    private static final Set<Topic> ANY = EnumSet.of(Topic.GENERAL);
    private static final Visitor BOB = new Visitor("192.0.2.0/24", "Mozilla/5.0 (X11) Firefox/140.0");
    private static final Visitor EVE = new Visitor("198.51.100.0/24", "Mozilla/5.0 (X11) Firefox/140.0");

    private final MutableClock clock = new MutableClock();
    private TestDatabase database;
    private Advertiser ada;
    private AdDesk desk;

    @BeforeEach
    void open() {
        database = TestDatabase.inMemory();
        ada = new Advertiser(database.jdbi(), clock, 1);
        desk = desk(7);
    }

    private AdDesk desk(int seed) {
        var random = new Random(seed);
        var house = new HouseAds(database.jdbi(), clock, ada.campaigns, ada.counter);
        var limits = new RateLimits(new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return clock.millis() * 1_000_000;
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        });
        return new AdDesk(List.of(house), AdSecret.of(database.jdbi(), random), limits, clock, random);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private String token(Visitor visitor) {
        return desk.decide(ANY, visitor).orElseThrow().token();
    }

    private void aSecondLater() {
        clock.advance(AdDesk.DWELL);
    }

    @Test
    void viewThenClick_countOnceEach() {
        String campaign = ada.running(Pricing.CPM, 1000, 10);
        String token = token(BOB);
        assertThat(desk.click(token, BOB).counted()).isEqualTo(Counted.NOT_VIEWED);
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.TOO_SOON);
        clock.advance(AdDesk.DWELL.minusMillis(1));
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.TOO_SOON);
        clock.advance(Duration.ofMillis(1));
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.REPLAYED);
        var followed = desk.click(token, BOB);
        assertThat(followed.counted()).isEqualTo(Counted.COUNTED);
        assertThat(followed.target()).isEqualTo(URI.create("https://shop.example/book"));
        assertThat(desk.click(token, BOB))
                .as("again leads there, and is not counted")
                .isEqualTo(new AdDesk.Followed(Counted.REPLAYED, followed.target()));
        assertThat(ada.campaign(campaign).impressions()).isEqualTo(1);
        assertThat(ada.campaign(campaign).clicks()).isEqualTo(1);
        assertThat(ada.campaign(campaign).spent()).isEqualTo(1);
    }

    @Test
    void everyChangedCharacter_makesATokenForged() {
        ada.running(Pricing.CPM, 1000, 10);
        String token = token(BOB);
        aSecondLater();
        for (int i = 0; i < token.length(); i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            String forged = token.substring(0, i) + other + token.substring(i + 1);
            assertThat(desk.view(forged, BOB)).as(forged).isEqualTo(Counted.FORGED);
            assertThat(desk.click(forged, BOB).target()).isNull();
        }
        for (String forged : List.of("", ".", "......", token + ".", token.substring(1), "x".repeat(5000)))
            assertThat(desk.view(forged, BOB)).isEqualTo(Counted.FORGED);
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
    }

    @Test
    void othersTokens_doNotCount() {
        ada.running(Pricing.CPM, 1000, 10);
        String token = token(BOB);
        aSecondLater();
        assertThat(desk.view(token, EVE)).isEqualTo(Counted.OTHER_VISITOR);
        assertThat(desk.view(token, new Visitor(BOB.network(), "Mozilla/5.0 another")))
                .isEqualTo(Counted.OTHER_VISITOR);
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
        assertThat(desk.click(token, EVE).counted()).isEqualTo(Counted.OTHER_VISITOR);
    }

    @Test
    void oldToken_isExpired_andStillLeadsThere() {
        ada.running(Pricing.CPM, 1000, 10);
        String token = token(BOB);
        clock.advance(AdDesk.LIFE.plusMillis(1));
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.EXPIRED);
        assertThat(desk.click(token, BOB).counted()).isEqualTo(Counted.EXPIRED);
        assertThat(desk.click(token, BOB).target()).isNotNull();
    }

    @Test
    void tokenOfYesterday_countsAfterMidnight() {
        ada.running(Pricing.CPM, 1000, 10);
        clock.advance(Duration.ofDays(1).minusMillis(clock.millis() + 100));
        String token = token(BOB);
        aSecondLater();
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
    }

    @Test
    void cap_isOfAVisitorAndADay_andReplaysDoNotUseItUp() {
        ada.running(Pricing.CPM, 1000, 100); // three times a day
        String ahead = token(BOB);
        for (int i = 0; i < 3; i++) {
            String token = token(BOB);
            aSecondLater();
            assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
            assertThat(desk.view(token, BOB)).isIn(Counted.REPLAYED, Counted.CAPPED);
        }
        assertThat(desk.decide(ANY, BOB)).isEmpty();
        assertThat(desk.view(ahead, BOB)).as("decided before").isEqualTo(Counted.CAPPED);
        assertThat(desk.decide(ANY, EVE)).isPresent();
        clock.advance(Duration.ofDays(1));
        assertThat(desk.decide(ANY, BOB)).isPresent();
    }

    @Test
    void afterARestart_tokensAreGood_andReplaysAreNot() {
        ada.running(Pricing.CPM, 1000, 10);
        String token = token(BOB), counted = token(BOB);
        aSecondLater();
        desk.view(counted, BOB);
        desk = desk(8);
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
        assertThat(desk.view(counted, BOB)).isEqualTo(Counted.REPLAYED);
    }

    @Test
    void bots_seeNoAds() {
        ada.running(Pricing.CPM, 1000, 10);
        for (String browser :
                List.of("", "Googlebot/2.1", "curl/8.1", "Mozilla/5.0 HeadlessChrome/140", "Python-urllib"))
            assertThat(desk.decide(ANY, new Visitor(BOB.network(), browser))).isEmpty();
    }

    @Test
    void tooManyDecisionsInAMinute_getNone() {
        ada.running(Pricing.CPM, 1000, 10);
        for (int i = 0; i < 30; i++) assertThat(desk.decide(ANY, BOB)).isPresent();
        assertThat(desk.decide(ANY, BOB)).isEmpty();
        assertThat(desk.decide(ANY, EVE)).isPresent();
        clock.advance(Duration.ofMinutes(1));
        assertThat(desk.decide(ANY, BOB)).isPresent();
    }

    @Test
    void topics_decide_andNoneFits_noAd() {
        var creative = new Creative(
                "Bread", "Warm.", URI.create("https://bread.example/"), null, Set.of(Topic.FOOD, Topic.HOME));
        ada.running(creative, Pricing.CPM, 1000, 10);
        assertThat(desk.decide(Topic.of("How do I bake bread?"), BOB)).isPresent();
        assertThat(desk.decide(Topic.of("Which compiler finds this bug?"), BOB)).isEmpty();
        assertThat(desk.decide(Topic.of(""), BOB)).isEmpty();
    }

    @Test
    void outOfMoneyOrDate_noAd() {
        String campaign = ada.running(Pricing.CPM, 2000, 3);
        String token = token(BOB);
        aSecondLater();
        assertThat(desk.view(token, BOB)).isEqualTo(Counted.COUNTED);
        assertThat(desk.decide(ANY, EVE)).as("one is left, two are needed").isEmpty();
        ada.buys(10);
        ada.money.fund(campaign, 10);
        assertThat(desk.decide(ANY, EVE)).isPresent();
        clock.advance(Duration.ofDays(10));
        assertThat(desk.decide(ANY, EVE)).isEmpty();
    }

    @Test
    void thePartOfTheBudgetThatIsSpent_decidesWhoIsNext() {
        ada.running(Pricing.CPM, 1000, 10);
        ada.running(Pricing.CPM, 1000, 30);
        int[] shown = new int[2];
        for (int visitor = 0; visitor < 40; visitor++) {
            var someone = new Visitor("network " + visitor, BOB.browser());
            String token = desk.decide(ANY, someone).orElseThrow().token();
            aSecondLater();
            assertThat(desk.view(token, someone)).isEqualTo(Counted.COUNTED);
        }
        ada.campaigns
                .of(ada.id)
                .forEach(campaign -> shown[campaign.budget() == 10 ? 0 : 1] += (int) campaign.impressions());
        assertThat(shown).containsExactly(10, 30);
    }

    @Test
    void changedCreative_leadsNowhereUntilItIsApproved() {
        String campaign = ada.running(Pricing.CPM, 1000, 10);
        String token = token(BOB);
        ada.campaigns.change(
                campaign,
                new Creative("Other", "Other.", URI.create("https://evil.example/"), null, Set.of(Topic.GENERAL)));
        assertThat(desk.click(token, BOB).target()).isNull();
        assertThat(desk.decide(ANY, BOB)).isEmpty();
    }
}
