package org.decentralizedai.server.ad;

import java.util.List;
import org.decentralizedai.billing.ad.EthicalAds;
import org.jspecify.annotations.Nullable;

/**
 * Ads in the free chat; {@code ads} in the settings file.
 *
 * @param enabled whether any is shown, and campaigns may be made
 * @param adFreeMicroCredits what thirty days without ads cost
 * @param adsTxt lines of {@code /ads.txt}, which says who may sell this site's ads (IAB); empty: that nobody may
 * @param ethicalAds account at that network, which is asked when no campaign fits; null: it is not
 */
public record AdSettings(
        boolean enabled, long adFreeMicroCredits, List<String> adsTxt, EthicalAds.@Nullable Publisher ethicalAds) {
    private static final long ONE_CREDIT = 1_000_000;

    public AdSettings {
        adsTxt = List.copyOf(adsTxt);
        if (adFreeMicroCredits <= 0)
            throw new IllegalArgumentException("ads.adFreeMicroCredits must be > 0: " + adFreeMicroCredits);
    }

    /** The campaigns of this server's own advertisers; a month without ads costs what a million tokens of prompts do, a credit. */
    public static AdSettings defaults() {
        return new AdSettings(true, ONE_CREDIT, List.of(), null);
    }
}
