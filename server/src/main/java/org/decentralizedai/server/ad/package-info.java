/**
 * Ads over HTTP: what the chat's slot asks and reports, what advertisers and the operator do with campaigns, and months without ads.
 * The rules are in {@link org.decentralizedai.billing.ad}; start reading at {@link org.decentralizedai.server.ad.AdRoutes}.
 */
@NullMarked
package org.decentralizedai.server.ad;

import org.jspecify.annotations.NullMarked;
