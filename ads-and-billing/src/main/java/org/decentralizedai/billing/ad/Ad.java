package org.decentralizedai.billing.ad;

import org.jspecify.annotations.Nullable;

/**
 * What a visitor is to see.
 *
 * @param id in its source; in the token
 * @param image hash of a stored one; null: text only
 * @param leadsTo host of the page that it leads to, for the visitor to know
 */
public record Ad(
        String id, String title, String body, @Nullable String image, String leadsTo) {}
