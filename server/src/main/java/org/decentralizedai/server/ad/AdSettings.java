package org.decentralizedai.server.ad;

import java.util.List;
import org.decentralizedai.billing.ad.EthicalAds;
import org.decentralizedai.billing.ad.Pricing;
import org.jspecify.annotations.Nullable;

/**
 * Ads in the free chat; {@code ads} in the settings file.
 *
 * @param enabled whether any is shown, and campaigns may be made
 * @param adFreeMicroCredits what thirty days without ads cost
 * @param leastCpmMicroCredits price of a thousand impressions, at least; whole thousands
 * @param leastCpcMicroCredits price of a click, at least
 * @param adsTxt lines of {@code /ads.txt}, which says who may sell this site's ads (IAB); empty: that nobody may
 * @param ethicalAds account at that network, which is asked when no campaign fits; null: it is not
 */
public record AdSettings(
        boolean enabled,
        long adFreeMicroCredits,
        long leastCpmMicroCredits,
        long leastCpcMicroCredits,
        List<String> adsTxt,
        EthicalAds.@Nullable Publisher ethicalAds) {
    private static final long ONE_CREDIT = 1_000_000, LEAST = 1000;

    public AdSettings {
        adsTxt = List.copyOf(adsTxt);
        if (adFreeMicroCredits <= 0)
            throw new IllegalArgumentException("ads.adFreeMicroCredits must be > 0: " + adFreeMicroCredits);
        if (leastCpmMicroCredits <= 0 || leastCpmMicroCredits % 1000 != 0 || leastCpcMicroCredits <= 0)
            throw new IllegalArgumentException(
                    "ads.leastCpmMicroCredits must be whole thousands > 0, and leastCpcMicroCredits > 0: "
                            + leastCpmMicroCredits + ", " + leastCpcMicroCredits);
    }

    /** The least price that the campaigns of this server's own advertisers may have. */
    long least(Pricing pricing) {
        return switch (pricing) {
            case CPM -> leastCpmMicroCredits;
            case CPC -> leastCpcMicroCredits;
        };
    }

    /** The campaigns of this server's own advertisers; a month without ads costs what a million tokens of prompts do, a credit. */
    public static AdSettings defaults() {
        return new AdSettings(true, ONE_CREDIT, LEAST, LEAST, List.of(), null);
    }
}
