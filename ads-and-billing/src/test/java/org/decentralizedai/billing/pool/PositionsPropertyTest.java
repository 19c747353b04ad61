package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.decentralizedai.billing.pool.Positions.Claim;

/** What is taken of which purse, and what has been spent of deposits, as pure rules. */
class PositionsPropertyTest {
    private static BigInteger big(long number) {
        return BigInteger.valueOf(number);
    }

    private static Standing standing(int number, int deposited, Traits traits) {
        var unseen = Purse.unseen("0x" + number);
        var purse = new Purse(
                unseen.account(),
                "0xowner",
                "0xlabel",
                big(deposited),
                percent(deposited, traits.spent()),
                BigInteger.ZERO,
                traits.leaving() ? BigInteger.ONE : BigInteger.ZERO,
                0,
                null,
                0);
        var signed = percent(deposited, traits.signed());
        return new Standing(purse, signed, signed, traits.own());
    }

    private static BigInteger percent(int of, int percent) {
        return big((long) of * percent / 100);
    }

    /** Of a purse. @param spent percent of the deposit, as signed is */
    record Traits(int spent, int signed, boolean own, boolean leaving) {}

    @Provide
    static Arbitrary<Traits> traits() {
        var percent = Arbitraries.integers().between(0, 100);
        return Combinators.combine(percent, percent, Arbitraries.of(true, false), Arbitraries.of(true, false))
                .as(Traits::new);
    }

    @Property
    void claims_takeExactlyWhatIsOwed_signedFirst_thenOwnOnes_thenLeavingOnes_oldestFirst(
            @ForAll @Size(max = 5) List<@IntRange(max = 1000) Integer> deposits,
            @ForAll @Size(5) List<@From("traits") Traits> traits,
            @ForAll @IntRange(max = 6000) int paid) {
        var standings = new ArrayList<Standing>();
        for (int i = 0; i < deposits.size(); i++) standings.add(standing(i, deposits.get(i), traits.get(i)));
        var claims = Positions.share(standings, big(paid));
        BigInteger counted = sum(standings.stream().map(each -> each.purse().spent())),
                there = sum(standings.stream().map(each -> each.purse().deposited()));
        assertThat(sum(claims.stream().map(Claim::owed)))
                .isEqualTo(big(paid).max(counted).min(there));
        for (Claim claim : claims)
            assertThat(claim.owed())
                    .isBetween(claim.purse().spent(), claim.purse().deposited());
        if (claims.stream().anyMatch(claim -> claim.owed().compareTo(claim.signed()) > 0))
            assertThat(claims)
                    .as("nothing unsigned is asked for before all that is signed")
                    .allMatch(claim -> claim.owed().compareTo(claim.signed()) >= 0);
        for (int i = 0; i < claims.size(); i++)
            for (int j = 0; j < claims.size(); j++) {
                boolean before = rank(standings.get(i), i) < rank(standings.get(j), j);
                if (before && claims.get(j).owed().compareTo(claims.get(j).signed()) > 0)
                    assertThat(claims.get(i).owed())
                            .as("purse %s before purse %s", i, j)
                            .isEqualTo(standings.get(i).purse().deposited());
            }
    }

    private static int rank(Standing standing, int age) {
        return (standing.own() ? 0 : 200) + (standing.leaving() ? 0 : 100) + age;
    }

    private static BigInteger sum(Stream<BigInteger> amounts) {
        return amounts.reduce(BigInteger.ZERO, BigInteger::add);
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
