package org.decentralizedai.server.ad;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.decentralizedai.billing.ad.Creative;
import org.decentralizedai.billing.ad.Pricing;
import org.decentralizedai.billing.ad.Terms;
import org.decentralizedai.billing.ad.Topic;
import org.jspecify.annotations.Nullable;

/**
 * The body that describes a campaign, whole.
 *
 * @param image hash that an upload has answered; null: text only
 * @param price micro-credits for a thousand impressions, or for a click
 * @param first such as 2026-11-29
 */
record CampaignRequest(
        @Nullable String title,
        @Nullable String body,
        @Nullable String link,
        @Nullable String image,
        @Nullable List<@Nullable String> topics,
        @Nullable String pricing,
        @Nullable Long price,
        @Nullable String first,
        @Nullable String last,
        @Nullable Integer cap) {
    static final String FIELDS =
            "title, body, link, image, topics, pricing (CPM or CPC), price (micro-credits), first, last (days), cap";

    /** @throws IllegalArgumentException with the rule that it breaks */
    Creative creative() {
        return new Creative(
                said("title", title), said("body", body), Creative.link(said("link", link)), image, topicSet());
    }

    private Set<Topic> topicSet() {
        var set = EnumSet.noneOf(Topic.class);
        for (String topic : said("topics", topics)) set.add(one(Topic.class, "topic", topic));
        return set;
    }

    /** @throws IllegalArgumentException with the rule that they break */
    Terms terms() {
        return new Terms(
                one(Pricing.class, "pricing", pricing),
                said("price", price),
                day("first", first),
                day("last", last),
                said("cap", cap));
    }

    private static <E extends Enum<E>> E one(Class<E> type, String name, @Nullable String value) {
        for (E constant : type.getEnumConstants()) if (constant.name().equals(value)) return constant;
        throw new IllegalArgumentException(name + " must be one of " + EnumSet.allOf(type) + ": " + value);
    }

    private static LocalDate day(String name, @Nullable String text) {
        try {
            return LocalDate.parse(said(name, text));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(name + " must be a day, such as 2026-11-29: " + text, e);
        }
    }

    private static <T> T said(String name, @Nullable T value) {
        if (value == null) throw new IllegalArgumentException("say the campaign's " + name);
        return value;
    }
}
