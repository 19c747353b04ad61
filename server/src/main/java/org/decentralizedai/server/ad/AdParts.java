package org.decentralizedai.server.ad;

import io.github.bucket4j.TimeMeter;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.ad.AdDesk;
import org.decentralizedai.billing.ad.AdFree;
import org.decentralizedai.billing.ad.AdImages;
import org.decentralizedai.billing.ad.AdSecret;
import org.decentralizedai.billing.ad.AdSource;
import org.decentralizedai.billing.ad.AdSweep;
import org.decentralizedai.billing.ad.AdUpkeep;
import org.decentralizedai.billing.ad.CampaignCounter;
import org.decentralizedai.billing.ad.CampaignMoney;
import org.decentralizedai.billing.ad.CampaignStore;
import org.decentralizedai.billing.ad.Debtors;
import org.decentralizedai.billing.ad.EthicalAds;
import org.decentralizedai.billing.ad.HouseAds;
import org.decentralizedai.billing.ad.PicturePass;
import org.decentralizedai.billing.limit.RateLimits;
import org.decentralizedai.billing.pool.Arrears;
import org.decentralizedai.server.account.SignedIn;
import org.decentralizedai.server.edge.Routes;
import org.decentralizedai.server.state.EventLedger;
import org.jdbi.v3.core.Jdbi;

/** Wires all that belongs to ads. */
public final class AdParts implements AutoCloseable {
    private final AdUpkeep upkeep;
    private final List<Routes> routes;

    public AdParts(
            AdSettings settings, Jdbi jdbi, Billing billing, EventLedger events, SignedIn signedIn, Clock clock) {
        var random = new SecureRandom();
        var campaigns = new CampaignStore(jdbi, clock, random);
        var money = new CampaignMoney(billing.ledger(), jdbi, clock);
        var images = new AdImages(jdbi, clock);
        var secret = AdSecret.of(jdbi, random);
        var pass = new PicturePass(secret, clock);
        var free = new AdFree(billing.ledger(), jdbi, clock, settings.adFreeMicroCredits());
        var sources = new ArrayList<AdSource>();
        var debtors = new Debtors(
                jdbi,
                customer -> billing.ether().map(ether -> ether.trusts(customer)).orElse(true));
        if (settings.enabled())
            sources.add(new HouseAds(jdbi, clock, campaigns, new CampaignCounter(jdbi, clock), debtors));
        if (settings.enabled() && settings.ethicalAds() != null)
            sources.add(new EthicalAds(settings.ethicalAds(), clock));
        var desk = new AdDesk(sources, secret, new RateLimits(TimeMeter.SYSTEM_NANOTIME), clock, random);
        routes = List.of(
                new AdRoutes(desk, free, billing, signedIn::accountIfAny, settings.adsTxt()),
                new PictureRoutes(images, pass, signedIn::accountIfAny),
                new CampaignRoutes(campaigns, money, images, billing, settings, signedIn::account),
                new AdFreeRoutes(free, billing, signedIn::account),
                new AdAdminRoutes(campaigns, pass, billing, events));
        upkeep = new AdUpkeep(money, debtors, new AdSweep(jdbi, clock), () -> overdrawn(billing), billing::alone);
    }

    private static List<String> overdrawn(Billing billing) {
        return billing.ether().stream()
                .flatMap(ether -> ether.overdrawn().stream())
                .map(Arrears::customer)
                .toList();
    }

    public List<Routes> routes() {
        return routes;
    }

    @Override
    public void close() {
        upkeep.close();
    }
}
