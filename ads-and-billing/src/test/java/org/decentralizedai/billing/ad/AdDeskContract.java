package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.limit.RateLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who sees an ad, and what of a report counts, on every database. */
abstract class AdDeskContract {
    private static final Set<Topic> ANY = EnumSet.of(Topic.GENERAL);
    private static final Visitor BOB = new Visitor("192.0.2.0/24", "Mozilla/5.0 (X11) Firefox/140.0");
    private static final Visitor EVE = new Visitor("198.51.100.0/24", "Mozilla/5.0 (X11) Firefox/140.0");

    private final MutableClock clock = new MutableClock();
    private TestDatabase database;
    private final Set<String> untrusted = new HashSet<>();
    private Advertiser ada;
    private AdDesk desk;
    private Debtors debtors;

    abstract TestDatabase open() throws Exception;

    @BeforeEach
    void openDatabase() throws Exception {
        database = open();
        ada = new Advertiser(database.jdbi(), clock, 1);
        debtors = new Debtors(database.jdbi(), customer -> !untrusted.contains(customer));
        desk = desk(7);
    }

    private AdDesk desk(int seed) {
        var random = new Random(seed);
        var house = new HouseAds(database.jdbi(), clock, ada.campaigns, ada.counter, debtors);
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

    /** A view by each of so many visitors of different networks. */
    private void seenBy(int visitors) {
        for (int visitor = 0; visitor < visitors; visitor++) {
            var someone = new Visitor("network " + visitor, BOB.browser());
            String token = token(someone);
            aSecondLater();
            assertThat(desk.view(token, someone)).isEqualTo(Counted.COUNTED);
        }
    }

    @Test
    void whatAViewIsExpectedToBring_decidesWhoIsNext() {
        String cheap = ada.running(Pricing.CPM, 1000, 100), dear = ada.running(Pricing.CPM, 5000, 100);
        String click = ada.running(Pricing.CPC, 1, 100);
        seenBy(25);
        assertThat(ada.campaign(dear).impressions()).as("20 are paid").isEqualTo(20);
        assertThat(ada.campaign(cheap).impressions()).isEqualTo(5);
        assertThat(ada.campaign(click).impressions())
                .as("a click in 200 views, at 1")
                .isZero();
    }

    @Test
    void clicksThatDoNotCome_makeACampaignWorthLess() {
        String views = ada.running(Pricing.CPM, 4000, 1000), clicks = ada.running(Pricing.CPC, 1001, 2000);
        seenBy(52);
        assertThat(ada.campaign(clicks).impressions())
                .as("1001 for one click in 200 views are 5 a view; after 51 views without one, less than 4")
                .isEqualTo(51);
        assertThat(ada.campaign(views).impressions()).isEqualTo(1);
    }

    @Test
    void oneNetwork_howeverItsBrowsersCallThemselves_hasATimesTenCap() {
        String campaign = ada.running(Pricing.CPM, 1000, 100); // three times a day for a visitor
        int counted = 0;
        for (int i = 0; i < 60; i++) {
            var someone = new Visitor(BOB.network(), "Mozilla/5.0 Firefox/" + i);
            var shown = desk.decide(ANY, someone);
            aSecondLater();
            if (shown.isPresent() && desk.view(shown.get().token(), someone) == Counted.COUNTED) counted++;
        }
        assertThat(counted).isEqualTo(3 * AdDesk.NETWORK_CAP);
        assertThat(ada.campaign(campaign).spent()).isEqualTo(counted);
        assertThat(desk.decide(ANY, EVE)).as("another network").isPresent();
        clock.advance(Duration.ofDays(1));
        assertThat(desk.decide(ANY, BOB)).isPresent();
    }

    @Test
    void oneNetwork_asksAndClicksOnlySoOften() {
        ada.running(Pricing.CPC, 1, 1000);
        ada.running(Pricing.CPC, 1, 1000);
        int shown = 0, clicks = 0;
        for (int i = 0; i < 130; i++)
            if (desk.decide(ANY, new Visitor("other", "Firefox/" + i)).isPresent()) shown++;
        assertThat(shown).isEqualTo(120);
        List<String> tokens = new ArrayList<>();
        for (int i = 0; i < 20; i++) tokens.add(token(new Visitor(BOB.network(), "Firefox/" + i)));
        aSecondLater();
        for (int i = 0; i < 20; i++) {
            var someone = new Visitor(BOB.network(), "Firefox/" + i);
            assertThat(desk.view(tokens.get(i), someone)).isEqualTo(Counted.COUNTED);
            if (desk.click(tokens.get(i), someone).counted() == Counted.COUNTED) clicks++;
        }
        assertThat(clicks).isEqualTo(10);
    }

    @Test
    void tokensOfOneVisitor_haveNothingInCommon() {
        ada.running(Pricing.CPM, 1000, 10);
        String[] one = token(BOB).split("\\."), other = token(BOB).split("\\.");
        assertThat(one[0]).isNotEqualTo(other[0]);
        assertThat(one[4]).as("who got it").isNotEqualTo(other[4]);
    }

    @Test
    void thePartOfTheBudgetThatIsSpent_decidesAmongEqualPrices() {
        ada.running(Pricing.CPM, 1000, 10);
        ada.running(Pricing.CPM, 1000, 30);
        int[] shown = new int[2];
        seenBy(40);
        ada.campaigns
                .of(ada.id)
                .forEach(campaign -> shown[campaign.budget() == 10 ? 0 : 1] += (int) campaign.impressions());
        assertThat(shown).containsExactly(10, 30);
    }

    /** What runs is found again at each look, so that nothing has to be started anew. */
    @Test
    void advertiserWhoOwesTooMuch_standsStill_untilItIsSigned() {
        String campaign = ada.running(Pricing.CPC, 5, 100);
        var bob = new Advertiser(database.jdbi(), clock, 2);
        bob.draft(Advertiser.CREATIVE, Pricing.CPC, 5);
        String seen = token(BOB), unseen = token(EVE);
        aSecondLater();
        assertThat(desk.view(seen, BOB)).isEqualTo(Counted.COUNTED);
        untrusted.addAll(List.of(ada.id, bob.id));
        assertThat(debtors.look()).as("Bob's does not run").isEqualTo(1);
        assertThat(desk.decide(ANY, EVE)).isEmpty();
        assertThat(desk.view(unseen, EVE)).isEqualTo(Counted.OVER);
        var followed = desk.click(seen, BOB);
        assertThat(followed.counted()).isEqualTo(Counted.OVER);
        assertThat(followed.target()).as("the visitor gets there").isEqualTo(Advertiser.CREATIVE.link());
        assertThat(ada.campaign(campaign).spent()).isZero();
        assertThat(ada.campaign(campaign).state()).isEqualTo(Campaign.State.RUNNING);
        untrusted.clear();
        assertThat(debtors.look()).isZero();
        assertThat(desk.view(unseen, EVE)).isEqualTo(Counted.COUNTED);
        assertThat(desk.click(seen, BOB).counted()).isEqualTo(Counted.COUNTED);
        assertThat(ada.campaign(campaign).spent()).isEqualTo(5);
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
        assertThat(ada.money.end(campaign)).isTrue();
        assertThat(desk.click(token, BOB).target()).as("ended unseen").isNull();
        assertThat(desk.target(token)).isEmpty();
    }

    @Test
    void rejectedAfterItRan_leadsNowhere_evenWhenItEnds() {
        String campaign = ada.running(Pricing.CPM, 1000, 10), token = token(BOB);
        assertThat(ada.campaigns.reject(campaign, 1, "a scam")).isTrue();
        assertThat(desk.target(token)).isEmpty();
        ada.money.end(campaign);
        assertThat(desk.target(token)).isEmpty();
    }

    @Test
    void approvedAndEnded_leadsThere_forADay() {
        String campaign = ada.running(Pricing.CPM, 1000, 10), token = token(BOB);
        ada.money.end(campaign);
        assertThat(desk.target(token)).contains(Advertiser.CREATIVE.link());
        clock.advance(AdDesk.LINK_LIFE.plusMillis(1));
        assertThat(desk.target(token)).isEmpty();
        assertThat(desk.click(token, BOB).target()).isNull();
    }
}
