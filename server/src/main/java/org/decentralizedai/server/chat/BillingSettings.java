package org.decentralizedai.server.chat;

import java.util.Map;
import org.decentralizedai.billing.limit.Rate;
import org.decentralizedai.billing.meter.Price;

/**
 * What tokens cost and how much may be asked; {@code billing} in the settings file.
 *
 * @param prices by the name of the model
 * @param otherwise of models that are not among them
 * @param account what one customer may ask, with all keys together
 * @param visitor what one address may ask without a key, for nothing; addresses of this machine are not limited
 */
public record BillingSettings(Map<String, Price> prices, Price otherwise, Rate account, Rate visitor) {
    public BillingSettings {
        prices = Map.copyOf(prices);
    }

    Price price(String model) {
        return prices.getOrDefault(model, otherwise);
    }

    /** 1 and 3 credits for a million tokens. */
    public static BillingSettings defaults() {
        return new BillingSettings(
                Map.of(), new Price(1_000_000, 3_000_000), new Rate(600, 500_000), new Rate(20, 50_000));
    }
}
