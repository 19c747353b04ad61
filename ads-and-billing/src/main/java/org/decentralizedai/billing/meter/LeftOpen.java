package org.decentralizedai.billing.meter;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.decentralizedai.billing.meter.Meter.Ending;
import org.decentralizedai.billing.meter.Unsettled.Due;

/** The row of a request that is not settled, as it stands there: it is checked when it is made into what is due. */
record LeftOpen(
        String id,
        String customer,
        String key,
        String model,
        long inputPerMillion,
        long outputPerMillion,
        int promptTokens,
        int maxTokens,
        int sentTokens) {
    static LeftOpen of(ResultSet row) throws SQLException {
        return new LeftOpen(
                row.getString("id"),
                row.getString("customer"),
                row.getString("api_key"),
                row.getString("model"),
                row.getLong("input_price"),
                row.getLong("output_price"),
                row.getInt("prompt_tokens"),
                row.getInt("max_tokens"),
                row.getInt("sent_tokens"));
    }

    /** By what was noted of it. */
    Due due() {
        var price = new Price(inputPerMillion, outputPerMillion);
        var asked = new Asked(id, customer, key, model, price, promptTokens, maxTokens);
        return new Due(asked, sentTokens, sentTokens > 0 ? Ending.CUT : Ending.RELEASED);
    }
}
