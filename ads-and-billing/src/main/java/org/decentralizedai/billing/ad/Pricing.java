package org.decentralizedai.billing.ad;

/** What an advertiser pays for. */
public enum Pricing {
    /** A thousand impressions. */
    CPM,
    /** A click. */
    CPC;

    private static final int MILLE = 1000;

    /** @param price micro-credits for a thousand impressions, or for a click */
    long viewCost(long price) {
        return this == CPM ? price / MILLE : 0;
    }

    long clickCost(long price) {
        return this == CPC ? price : 0;
    }

    /** The price that these costs are of. */
    long price(long viewCost, long clickCost) {
        return this == CPM ? viewCost * MILLE : clickCost;
    }

    /** So that an impression costs whole micro-credits. */
    boolean divides(long price) {
        return this == CPC || price % MILLE == 0;
    }
}
