package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.ad.Campaign.State;
import org.decentralizedai.billing.ad.CampaignMoney.Funding;
import org.decentralizedai.billing.ledger.Account;
import org.decentralizedai.billing.ledger.Books;
import org.decentralizedai.billing.ledger.Epoch;
import org.decentralizedai.billing.ledger.Outcome;
import org.decentralizedai.billing.ledger.Postings;
import org.decentralizedai.billing.ledger.Reservation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What campaigns and their money promise on every database. */
abstract class AdContract {
    private static final long MILLE = 1000;
    private static final int THREADS = 32;

    private final MutableClock clock = new MutableClock();
    private TestDatabase database;
    private Advertiser ada;

    abstract TestDatabase open() throws Exception;

    @BeforeEach
    void openDatabase() throws Exception {
        database = open();
        ada = new Advertiser(database.jdbi(), clock, 1);
    }

    @AfterEach
    void closeDatabase() {
        Books.check(database.jdbi());
        budgetsAreInTheLedger();
        database.close();
    }

    /** Budgets and what was spent of them, as the campaigns and as the ledger say; and what events cost. */
    private void budgetsAreInTheLedger() {
        database.jdbi().useHandle(handle -> {
            var wrong = handle.createQuery("""
                            select id from ad_campaign c where spent > budget or booked > spent
                            or spent <> (select coalesce(sum(cost), 0) from ad_event e where e.campaign = c.id)
                            or impressions <> (select count(*) from ad_event e where e.campaign = c.id and kind = 'VIEW')
                            or clicks <> (select count(*) from ad_event e where e.campaign = c.id and kind = 'CLICK')""").mapTo(String.class).list();
            assertThat(wrong).isEmpty();
            var left = handle.createQuery("select coalesce(sum(budget - booked), 0) from ad_campaign")
                    .mapTo(Long.class)
                    .one();
            var booked = handle.createQuery(
                            "select coalesce(sum(amount), 0) from ledger_account where kind = 'AD_BUDGET'")
                    .mapTo(Long.class)
                    .one();
            assertThat(left).isEqualTo(booked);
        });
    }

    private long spentInLedger() {
        return ada.amount(Account.spent(ada.id, Epoch.at(clock.millis())));
    }

    @Test
    void budget_takesBoughtCreditsOnly() {
        String campaign = ada.draft(Advertiser.CREATIVE, Pricing.CPM, MILLE).id();
        ada.ledger.post(Postings.grant("gift", ada.id, BigInteger.valueOf(100), "a gift"));
        assertThat(ada.money.fund(campaign, 1)).as("granted").isEqualTo(Funding.NO_MONEY);
        ada.buys(50);
        assertThat(ada.money.available(ada.id)).isEqualTo(50);
        assertThat(ada.money.fund(campaign, 51)).isEqualTo(Funding.NO_MONEY);
        assertThat(ada.money.fund(campaign, 30)).isEqualTo(Funding.FUNDED);
        assertThat(ada.money.fund(campaign, 21)).isEqualTo(Funding.NO_MONEY);
        assertThat(ada.money.fund(campaign, 20)).isEqualTo(Funding.FUNDED);
        assertThat(ada.money.available(ada.id)).isZero();
        assertThat(ada.campaign(campaign).budget()).isEqualTo(50);
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(100);
    }

    @Test
    void budget_takesNoMoreThanTheBalance() {
        String campaign = ada.draft(Advertiser.CREATIVE, Pricing.CPM, MILLE).id();
        ada.buys(50);
        var request = new Reservation("r", ada.id, BigInteger.valueOf(20));
        ada.ledger.post(request.reserve(""));
        ada.ledger.post(request.settle(BigInteger.valueOf(20), Epoch.at(clock.millis()), ""));
        assertThat(ada.money.available(ada.id)).isEqualTo(30);
        assertThat(ada.money.fund(campaign, 31)).isEqualTo(Funding.NO_MONEY);
        assertThat(ada.campaign(campaign).budget()).isZero();
        assertThat(ada.money.fund(campaign, 30)).isEqualTo(Funding.FUNDED);
    }

    @Test
    void creditsGrantedAfterTheDepositWasSpent_areNoMoney() {
        String campaign = ada.draft(Advertiser.CREATIVE, Pricing.CPM, MILLE).id();
        ada.buys(50);
        spends("all of it", 50);
        ada.ledger.post(Postings.grant("gift", ada.id, BigInteger.valueOf(100), "a gift"));
        assertThat(ada.money.available(ada.id)).isZero();
        assertThat(ada.money.fund(campaign, 1)).isEqualTo(Funding.NO_MONEY);
        ada.buys(20);
        assertThat(ada.money.available(ada.id)).isEqualTo(20);
        spends("granted ones", 100);
        assertThat(ada.money.available(ada.id)).isEqualTo(20);
        ada.ledger.post(Postings.grant("second gift", ada.id, BigInteger.valueOf(5), "a gift"));
        spends("granted ones, then 3 that were bought", 8);
        ada.ledger.post(Postings.grant("third gift", ada.id, BigInteger.valueOf(100), "a gift"));
        assertThat(ada.money.fund(campaign, 18)).isEqualTo(Funding.NO_MONEY);
        assertThat(ada.money.fund(campaign, 17)).isEqualTo(Funding.FUNDED);
        assertThat(ada.money.available(ada.id)).isZero();
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(100);
    }

    /** On tokens, say. */
    private void spends(String what, long microCredits) {
        var amount = BigInteger.valueOf(microCredits);
        var request = new Reservation(what, ada.id, amount);
        assertThat(ada.ledger.post(request.reserve(""))).isEqualTo(Outcome.POSTED);
        assertThat(ada.ledger.post(request.settle(amount, Epoch.at(clock.millis()), "")))
                .isEqualTo(Outcome.POSTED);
    }

    @Test
    void budgetBeyondAllNumbers_isNotCovered() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10);
        for (long much : new long[] {9_000_000_000_000_000_000L, Long.MAX_VALUE})
            assertThat(ada.money.fund(campaign, much)).isEqualTo(Funding.NO_MONEY);
        assertThat(ada.campaign(campaign).budget()).isEqualTo(10);
    }

    @Test
    void campaigns_areLimited_thoseThatEndedApart() {
        String first = ada.draft(Advertiser.CREATIVE, Pricing.CPM, MILLE).id();
        var terms = ada.terms(Pricing.CPM, MILLE, 1);
        for (int i = 1; i < CampaignStore.MOST_OPEN; i++) ada.draft(Advertiser.CREATIVE, Pricing.CPM, MILLE);
        assertThat(ada.campaigns.create(ada.id, Advertiser.CREATIVE, terms)).isEmpty();
        ada.money.end(first);
        assertThat(ada.campaigns.create(ada.id, Advertiser.CREATIVE, terms)).isPresent();
        assertThat(ada.campaigns.create(ada.id, Advertiser.CREATIVE, terms)).isEmpty();
    }

    @Test
    void monthsOrderedAgain_areBoughtOnce() {
        var free = new AdFree(ada.ledger, database.jdbi(), clock, 10);
        ada.buys(30);
        assertThat(free.buy(ada.id, 4, "an-order")).as("too many").isFalse();
        assertThat(free.buy(ada.id, 1, "an-order"))
                .as("nothing was bought by it")
                .isTrue();
        var until = free.until(ada.id);
        assertThat(free.buy(ada.id, 1, "an-order")).isTrue();
        assertThat(free.until(ada.id)).isEqualTo(until);
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(20);
        assertThatThrownBy(() -> free.buy(ada.id, 1, "an order")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void view_isCountedOnce_andCostsItsPrice() {
        String campaign = ada.running(Pricing.CPM, 7 * MILLE, 20);
        assertThat(ada.counter.view(campaign, "d1")).isEqualTo(Counted.COUNTED);
        assertThat(ada.counter.view(campaign, "d1")).isEqualTo(Counted.REPLAYED);
        assertThat(ada.counter.click(campaign, "d1")).as("costs nothing").isEqualTo(Counted.COUNTED);
        assertThat(ada.campaign(campaign).spent()).isEqualTo(7);
        assertThat(ada.counter.view(campaign, "d2")).isEqualTo(Counted.COUNTED);
        assertThat(ada.counter.view(campaign, "d3")).as("6 are left").isEqualTo(Counted.OVER);
        assertThat(ada.campaign(campaign).spent()).isEqualTo(14);
        assertThat(ada.campaign(campaign).impressions()).isEqualTo(2);
    }

    @Test
    void click_isCountedOnce_afterItsView() {
        String campaign = ada.running(Pricing.CPC, 40, 100);
        assertThat(ada.counter.click(campaign, "d")).isEqualTo(Counted.NOT_VIEWED);
        assertThat(ada.counter.view(campaign, "d")).isEqualTo(Counted.COUNTED);
        assertThat(ada.campaign(campaign).spent()).isZero();
        assertThat(ada.counter.click(campaign, "d")).isEqualTo(Counted.COUNTED);
        assertThat(ada.counter.click(campaign, "d")).isEqualTo(Counted.REPLAYED);
        assertThat(ada.campaign(campaign).spent()).isEqualTo(40);
        assertThat(ada.campaign(campaign).clicks()).isEqualTo(1);
    }

    @Test
    void pausedOrInReview_nothingCounts_andLaterTheSameViewDoes() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10);
        ada.campaigns.pause(campaign);
        assertThat(ada.counter.view(campaign, "d")).isEqualTo(Counted.OVER);
        ada.campaigns.start(campaign);
        assertThat(ada.counter.view(campaign, "d")).isEqualTo(Counted.COUNTED);
        ada.campaigns.change(campaign, Advertiser.CREATIVE);
        assertThat(ada.counter.view(campaign, "e")).isEqualTo(Counted.OVER);
    }

    @Test
    void thirtyTwoThreads_oneCampaign_spendItsBudgetToTheLastMicroCredit() throws Exception {
        long cost = 3, views = 500;
        String campaign = ada.running(Pricing.CPM, cost * MILLE, cost * views + 2);
        var counted = new ConcurrentHashMap<Counted, AtomicInteger>();
        inParallel(thread -> {
            for (int i = 0;
                    i < 25;
                    i++) { // each decision is reported by two threads: 400 of them, then 800 of one thread's own
                String shared = "s" + thread / 2 + "-" + i, own = "o" + thread + "-" + i;
                for (String decision : List.of(shared, own))
                    counted.computeIfAbsent(ada.counter.view(campaign, decision), _ -> new AtomicInteger())
                            .incrementAndGet();
                if (i % 10 == thread % 10) ada.money.book();
            }
        });
        assertThat(counted.get(Counted.COUNTED)).hasValue((int) views);
        assertThat(counted.values().stream().mapToInt(AtomicInteger::get).sum()).isEqualTo(THREADS * 50);
        var campaignNow = ada.campaign(campaign);
        assertThat(campaignNow.spent()).isEqualTo(cost * views).isLessThanOrEqualTo(campaignNow.budget());
        assertThat(campaignNow.impressions()).isEqualTo(views);
        ada.money.book();
        assertThat(spentInLedger()).isEqualTo(cost * views);
        assertThat(ada.amount(Account.adBudget(ada.id))).isEqualTo(2);
    }

    @Test
    void thirtyTwoThreads_endAndFundAndCountAtOnce_loseNothing() throws Exception {
        String campaign = ada.running(Pricing.CPC, 5, 5_000);
        ada.buys(THREADS * 10);
        inParallel(thread -> {
            for (int i = 0; i < 10; i++) {
                String decision = "d" + thread + "-" + i;
                ada.counter.view(campaign, decision);
                ada.counter.click(campaign, decision);
                if (thread % 4 == 0) ada.money.fund(campaign, 10);
                if (thread == 9 && i == 7) ada.money.end(campaign);
            }
        });
        var ended = ada.campaign(campaign);
        assertThat(ended.state()).isEqualTo(State.ENDED);
        assertThat(ended.budget()).isEqualTo(ended.spent());
        assertThat(spentInLedger()).isEqualTo(ended.spent());
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(5_000 + THREADS * 10 - ended.spent());
    }

    @Test
    void booking_again_booksNothing() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10);
        ada.counter.view(campaign, "d");
        assertThat(ada.money.book()).isEqualTo(1);
        assertThat(ada.money.book()).isZero();
        ada.counter.view(campaign, "e");
        assertThat(ada.money.book()).isEqualTo(1);
        assertThat(spentInLedger()).isEqualTo(2);
    }

    @Test
    void end_givesTheRestBack_once() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10);
        ada.counter.view(campaign, "d");
        assertThat(ada.money.end(campaign)).isTrue();
        assertThat(ada.money.end(campaign)).isFalse();
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(9);
        assertThat(ada.counter.view(campaign, "e")).isEqualTo(Counted.OVER);
        assertThat(ada.money.fund(campaign, 1)).isEqualTo(Funding.ENDED);
        assertThat(ada.money.available(ada.id))
                .as("it can be spent on another one")
                .isEqualTo(9);
    }

    @Test
    void lastDayOver_endsIt() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10);
        clock.advance(Duration.ofDays(9));
        assertThat(ada.money.endOver()).as("its last day").isZero();
        clock.advance(Duration.ofDays(1));
        assertThat(ada.money.endOver()).isEqualTo(1);
        assertThat(ada.campaign(campaign).state()).isEqualTo(State.ENDED);
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(10);
    }

    @Test
    void depositsThatGoBack_takeTheBudgetsAlong() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10),
                draft = ada.draft(Advertiser.CREATIVE, Pricing.CPC, 1).id();
        ada.counter.view(campaign, "d");
        assertThat(ada.money.endOf(List.of("somebody else"))).isZero();
        assertThat(ada.money.endOf(List.of(ada.id))).isEqualTo(2);
        assertThat(ada.campaign(draft).state()).isEqualTo(State.ENDED);
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(9);
        assertThat(ada.money.endOf(List.of(ada.id))).isZero();
    }

    @Test
    void deletedAccount_itsCampaignsEnd() {
        String campaign = ada.running(Pricing.CPM, MILLE, 10);
        database.jdbi().useHandle(handle -> handle.execute("update customer set deleted_at = 1 where id = ?", ada.id));
        assertThat(ada.money.endOver()).isEqualTo(1);
        assertThat(ada.campaign(campaign).state()).isEqualTo(State.ENDED);
    }

    @Test
    void states_goTheirWay() {
        String campaign = ada.draft(Advertiser.CREATIVE, Pricing.CPM, MILLE).id();
        assertThat(ada.campaigns.start(campaign)).as("unseen").isFalse();
        assertThat(ada.campaigns.approve(campaign, 1)).as("not submitted").isFalse();
        assertThat(ada.campaigns.submit(campaign)).isTrue();
        assertThat(ada.campaigns.inReview()).extracting(Campaign::id).containsExactly(campaign);
        assertThat(ada.campaigns.change(campaign, Advertiser.CREATIVE)).isTrue();
        assertThat(ada.campaigns.approve(campaign, 1))
                .as("it was changed meanwhile")
                .isFalse();
        assertThat(ada.campaigns.reject(campaign, 2, "too loud")).isTrue();
        assertThat(ada.campaign(campaign).why()).isEqualTo("too loud");
        assertThat(ada.campaigns.submit(campaign)).as("as it is").isFalse();
        assertThat(ada.campaigns.change(campaign, Advertiser.CREATIVE)).isTrue();
        assertThat(ada.campaign(campaign).state()).isEqualTo(State.DRAFT);
        assertThat(ada.campaigns.submit(campaign)).isTrue();
        assertThat(ada.campaigns.approve(campaign, 3)).isTrue();
        assertThat(ada.campaigns.start(campaign)).isTrue();
        assertThat(ada.campaigns.pause(campaign)).isTrue();
        assertThat(ada.campaigns.pause(campaign)).isFalse();
        assertThat(ada.campaigns.change(campaign, ada.terms(Pricing.CPC, 9, 1))).isTrue();
        assertThat(ada.campaign(campaign).state()).as("a price needs no review").isEqualTo(State.PAUSED);
        assertThat(ada.campaigns.change(campaign, Advertiser.CREATIVE)).isTrue();
        assertThat(ada.campaign(campaign).state()).isEqualTo(State.IN_REVIEW);
        assertThat(ada.money.end(campaign)).isTrue();
        assertThat(ada.campaigns.change(campaign, Advertiser.CREATIVE)).isFalse();
    }

    @Test
    void anySequence_keepsTheBooks() {
        for (int seed = 0; seed < 5; seed++) {
            var random = new Random(seed);
            var one = new Advertiser(database.jdbi(), clock, 100 + seed);
            var campaigns = List.of(
                    one.running(Pricing.CPM, 2 * MILLE, 40),
                    one.running(Pricing.CPC, 3, 40),
                    one.running(Pricing.CPM, 5 * MILLE, 7));
            one.buys(100);
            Map<Counted, Integer> seen = new EnumMap<>(Counted.class);
            for (int step = 0; step < 120; step++) {
                String campaign = campaigns.get(random.nextInt(3)), decision = seed + "-" + random.nextInt(40);
                switch (random.nextInt(12)) {
                    case 0 -> one.money.fund(campaign, 1 + random.nextInt(30));
                    case 1 -> one.money.book();
                    case 2 -> one.campaigns.pause(campaign);
                    case 3, 4 -> one.campaigns.start(campaign);
                    case 5 -> {
                        if (step > 100) one.money.end(campaign);
                    }
                    case 6, 7 -> seen.merge(one.counter.click(campaign, campaign + decision), 1, Integer::sum);
                    default -> seen.merge(one.counter.view(campaign, campaign + decision), 1, Integer::sum);
                }
                budgetsAreInTheLedger();
            }
            one.money.book();
            long spent = campaigns.stream()
                    .mapToLong(campaign -> one.campaign(campaign).spent())
                    .sum();
            assertThat(one.amount(Account.spent(one.id, Epoch.at(clock.millis()))))
                    .isEqualTo(spent);
            assertThat(one.amount(Account.balance(one.id)) + one.amount(Account.adBudget(one.id)) + spent)
                    .isEqualTo(187);
            assertThat(seen).containsKeys(Counted.COUNTED, Counted.REPLAYED, Counted.OVER);
        }
    }

    @Test
    void months_withoutAds_followEachOther() {
        var free = new AdFree(ada.ledger, database.jdbi(), clock, 10);
        assertThat(free.has(ada.id)).isFalse();
        assertThat(free.buy(ada.id, 1, "order-1")).as("nothing to pay with").isFalse();
        assertThat(free.has(ada.id)).isFalse();
        ada.ledger.post(Postings.grant("gift", ada.id, BigInteger.valueOf(35), "a gift"));
        assertThat(free.buy(ada.id, 2, "order-2")).isTrue();
        var until = free.until(ada.id).orElseThrow();
        assertThat(until).isEqualTo(clock.instant().plus(Duration.ofDays(60)));
        clock.advance(Duration.ofDays(1));
        assertThat(free.buy(ada.id, 2, "order-3")).as("5 are left for a month").isFalse();
        assertThat(free.buy(ada.id, 1, "order-4")).isTrue();
        assertThat(free.until(ada.id)).contains(until.plus(Duration.ofDays(30)));
        assertThat(ada.amount(Account.balance(ada.id))).isEqualTo(5);
        clock.advance(Duration.ofDays(89));
        assertThat(free.has(ada.id)).isFalse();
    }

    @Test
    void months_boughtAtOnce_allCount() throws Exception {
        var free = new AdFree(ada.ledger, database.jdbi(), clock, 10);
        ada.ledger.post(Postings.grant("gift", ada.id, BigInteger.valueOf(205), "a gift"));
        var bought = new AtomicInteger();
        inParallel(thread -> {
            if (free.buy(ada.id, 1, "order-" + thread)) bought.incrementAndGet();
        });
        assertThat(bought).hasValue(20);
        assertThat(free.until(ada.id)).contains(clock.instant().plus(Duration.ofDays(600)));
        assertThat(spentInLedger()).isEqualTo(200);
    }

    @Test
    void secret_isTheSameAgain() {
        var first = AdSecret.of(database.jdbi(), new Random(1));
        var second = AdSecret.of(database.jdbi(), new Random(2));
        assertThat(second.sign("use", "text")).isEqualTo(first.sign("use", "text"));
        assertThat(second.sign("other use", "text")).isNotEqualTo(first.sign("use", "text"));
    }

    private interface Client {
        void run(int number) throws Exception;
    }

    private static void inParallel(Client client) throws Exception {
        var go = new CountDownLatch(1);
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                all.add(threads.submit(() -> {
                    go.await();
                    client.run(number);
                    return null;
                }));
            }
            go.countDown();
            for (var one : all) one.get();
        }
    }
}
