package org.decentralizedai.billing.meter;

import java.time.YearMonth;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a customer's requests of a month, UTC, have cost; they were paid from the balance when they ended. Final once no request of
 * the month runs any more.
 */
public record Invoice(String customer, YearMonth month, List<Line> lines) {
    private static final String HEADER =
            "invoice,account,first_day,last_day,line,model,key,input_price_per_million,output_price_per_million,"
                    + "requests,prompt_tokens,answer_tokens,micro_credits\r\n";

    /**
     * Requests of one key to one model at one price.
     *
     * @param key its id
     * @param microCredits their sum; each was rounded down
     */
    public record Line(
            String model,
            String key,
            Price price,
            long requests,
            long promptTokens,
            long answerTokens,
            long microCredits) {}

    public String number() {
        return customer + "-" + month;
    }

    /** A table, RFC 4180, with a header and a last line of totals. Ids and models hold no commas, quotes or line breaks. */
    public String csv() {
        var csv = new StringBuilder(HEADER);
        for (Line line : lines)
            row(
                    csv,
                    "usage",
                    line.model(),
                    line.key(),
                    line.price().inputPerMillion(),
                    line.price().outputPerMillion(),
                    line.requests(),
                    line.promptTokens(),
                    line.answerTokens(),
                    line.microCredits());
        var sums = new long[4];
        for (Line line : lines) {
            sums[0] += line.requests();
            sums[1] += line.promptTokens();
            sums[2] += line.answerTokens();
            sums[3] += line.microCredits();
        }
        row(csv, "total", "", "", "", "", sums[0], sums[1], sums[2], sums[3]);
        return csv.toString();
    }

    private void row(StringBuilder csv, Object... cells) {
        Stream.concat(Stream.of(number(), customer, month.atDay(1), month.atEndOfMonth()), Stream.of(cells))
                .forEach(cell -> csv.append(cell).append(','));
        csv.setLength(csv.length() - 1);
        csv.append("\r\n");
    }
}
