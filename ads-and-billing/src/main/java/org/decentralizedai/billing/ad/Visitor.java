package org.decentralizedai.billing.ad;

import java.util.regex.Pattern;

/**
 * Who looks at a page; never kept.
 *
 * @param network that the address is in, not the address
 * @param browser what it says it is (User-Agent)
 */
public record Visitor(String network, String browser) {
    /** What programs call themselves that mean no harm by it; others lie. */
    private static final Pattern BOTS = Pattern.compile(
            "bot|crawl|spider|slurp|headless|preview|monitor|lighthouse|curl|wget|python|java|ruby|perl|php|go-http|axios|node|scrapy",
            Pattern.CASE_INSENSITIVE);

    boolean isBot() {
        return browser.isBlank() || BOTS.matcher(browser).find();
    }
}
