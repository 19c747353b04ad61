package org.decentralizedai.billing.ad;

import java.time.LocalDate;

/**
 * What a campaign pays and when it runs; may change without a review.
 *
 * @param price micro-credits for a thousand impressions (CPM; whole thousands, so that each costs whole micro-credits) or for a click (CPC)
 * @param first day on which it runs, UTC
 * @param last day on which it runs
 * @param cap impressions for one visitor on one day
 */
public record Terms(Pricing pricing, long price, LocalDate first, LocalDate last, int cap) {
    private static final long HIGHEST_PRICE = 1_000_000_000_000L;
    private static final int HIGHEST_CAP = 100;
    private static final LocalDate EARLIEST = LocalDate.EPOCH, LATEST = LocalDate.of(9999, 12, 31);

    public Terms {
        if (price <= 0 || price > HIGHEST_PRICE)
            throw new IllegalArgumentException("price must be 1 to " + HIGHEST_PRICE + " micro-credits: " + price);
        if (!pricing.divides(price))
            throw new IllegalArgumentException("the price of a thousand impressions must be whole thousands: " + price);
        if (first.isBefore(EARLIEST) || last.isAfter(LATEST) || last.isBefore(first))
            throw new IllegalArgumentException(
                    "the last day must be from the first day on, and both from 1970 to 9999: " + first + ", " + last);
        if (cap <= 0 || cap > HIGHEST_CAP)
            throw new IllegalArgumentException("cap must be 1 to " + HIGHEST_CAP + " a day: " + cap);
    }

    long viewCost() {
        return pricing.viewCost(price);
    }

    long clickCost() {
        return pricing.clickCost(price);
    }
}
