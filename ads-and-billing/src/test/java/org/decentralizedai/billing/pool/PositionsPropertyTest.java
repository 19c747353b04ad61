package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.billing.pool.Positions.Claim;

/** What is taken of which purse, and what has been spent of deposits, as pure rules. */
class PositionsPropertyTest {
    private static BigInteger big(long number) {
        return BigInteger.valueOf(number);
    }

    private static Purse purse(int number, int deposited, int spentPercent) {
        var unseen = Purse.unseen("0x" + number);
        return new Purse(
                unseen.account(),
                "0xowner",
                "0xlabel",
                big(deposited),
                big((long) deposited * spentPercent / 100),
                BigInteger.ZERO,
                BigInteger.ZERO,
                0,
                null,
                0);
    }

    @Property
    void claims_takeExactlyWhatIsOwed_oldestFirst(
            @ForAll @Size(max = 5) List<@IntRange(max = 1000) Integer> deposits,
            @ForAll @Size(5) List<@IntRange(max = 100) Integer> spentPercent,
            @ForAll @IntRange(max = 6000) int paid) {
        var purses = new ArrayList<Purse>();
        for (int i = 0; i < deposits.size(); i++) purses.add(purse(i, deposits.get(i), spentPercent.get(i)));
        var claims = Positions.share(purses, big(paid));
        BigInteger counted = sum(purses.stream().map(Purse::spent).toList()),
                there = sum(purses.stream().map(Purse::deposited).toList());
        assertThat(sum(claims.stream().map(Claim::owed).toList()))
                .isEqualTo(big(paid).max(counted).min(there));
        boolean full = true;
        for (Claim claim : claims) {
            assertThat(claim.owed())
                    .isBetween(claim.purse().spent(), claim.purse().deposited());
            if (claim.open()) assertThat(full).as("an older purse holds more").isTrue();
            full &= claim.owed().equals(claim.purse().deposited());
        }
    }

    private static BigInteger sum(List<BigInteger> amounts) {
        return amounts.stream().reduce(BigInteger.ZERO, BigInteger::add);
    }

    /** @param moves granted, sold, reserved or spent by turns */
    @Property
    void paid_isTheMostThatWasSpentMoreThanGranted(@ForAll @Size(max = 60) List<@IntRange(max = 400) Integer> moves) {
        long balance = 0, reserved = 0, spent = 0, granted = 0, sold = 0, most = 0;
        var paid = BigInteger.ZERO;
        for (int move : moves) {
            long amount = move / 4;
            switch (move % 4) {
                case 0 -> {
                    granted += amount;
                    balance += amount;
                }
                case 1 -> {
                    sold += amount;
                    balance += amount;
                }
                case 2 -> {
                    long part = Math.min(amount, balance);
                    balance -= part;
                    reserved += part;
                }
                default -> {
                    long part = Math.min(amount, reserved);
                    balance += reserved - part;
                    spent += part;
                    reserved = 0;
                }
            }
            most = Math.max(most, spent - granted);
            var now =
                    new Position(big(sold), big(balance), big(reserved), BigInteger.ZERO, BigInteger.ZERO, paid).paid();
            assertThat(now).isEqualTo(big(most)).isGreaterThanOrEqualTo(paid);
            paid = now;
        }
    }

    /** @param moves granted, sold, spent on answers, put into a budget or spent of it by turns */
    @Property
    void ads_areOfDeposits_whateverWasGranted(@ForAll @Size(max = 60) List<@IntRange(max = 500) Integer> moves) {
        long balance = 0, granted = 0, sold = 0, budget = 0, budgeted = 0, ads = 0, answers = 0, most = 0;
        var paid = BigInteger.ZERO;
        for (int move : moves) {
            long amount = move / 5;
            switch (move % 5) {
                case 0 -> {
                    granted += amount;
                    balance += amount;
                }
                case 1 -> {
                    sold += amount;
                    balance += amount;
                }
                case 2 -> {
                    long part = Math.min(amount, balance);
                    balance -= part;
                    answers += part;
                }
                case 3 -> { // bought credits only, as CampaignMoney has it
                    long part = Math.min(amount, Math.min(balance, sold - budgeted));
                    balance -= part;
                    budget += part;
                    budgeted += part;
                }
                default -> {
                    long part = Math.min(amount, budget);
                    budget -= part;
                    ads += part;
                }
            }
            most = Math.max(most, ads + Math.max(0, answers - granted));
            var now = new Position(big(sold), big(balance), BigInteger.ZERO, big(budget), big(ads), paid).paid();
            assertThat(now).isEqualTo(big(most)).isLessThanOrEqualTo(big(sold));
            paid = now;
        }
    }
}
