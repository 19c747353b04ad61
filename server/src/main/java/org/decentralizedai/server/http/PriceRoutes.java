package org.decentralizedai.server.http;

import io.javalin.router.JavalinDefaultRoutingApi;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.meter.Price;
import org.decentralizedai.server.chat.BillingSettings;
import org.decentralizedai.server.edge.Routes;

/** {@code GET /api/prices}: what tokens cost and how much may be asked in a minute, for everybody. In micro-credits. */
public final class PriceRoutes implements Routes {
    /** @param served whether it answers here, as soon as a checkpoint of it is promoted */
    record Model(String model, boolean served, long inputPerMillion, long outputPerMillion) {}

    /**
     * @param models the served one first
     * @param account what one account may ask, with all keys together
     * @param visitor what one address may ask without a key, for nothing
     */
    record Prices(List<Model> models, Rate account, Rate visitor) {}

    private final Prices prices;

    /** @param served name of the run's model */
    public PriceRoutes(BillingSettings terms, String served) {
        var models = new ArrayList<Model>();
        models.add(model(served, true, terms.prices().getOrDefault(served, terms.otherwise())));
        terms.prices().entrySet().stream()
                .filter(entry -> !entry.getKey().equals(served))
                .map(entry -> model(entry.getKey(), false, entry.getValue()))
                .sorted(Comparator.comparing(Model::model))
                .forEach(models::add);
        prices = new Prices(List.copyOf(models), terms.account(), terms.visitor());
    }

    private static Model model(String name, boolean served, Price price) {
        return new Model(name, served, price.inputPerMillion(), price.outputPerMillion());
    }

    @Override
    public void register(JavalinDefaultRoutingApi routes) {
        routes.get(
                "/api/prices",
                context -> context.header("Cache-Control", "no-cache").json(prices));
    }
}
