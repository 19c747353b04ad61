/**
 * Ads without a profile of anybody, and paying to see none.
 *
 * <p>An {@link org.decentralizedai.billing.ad.AdDesk} decides which ad stands next to a conversation, by that conversation's coarse
 * {@link org.decentralizedai.billing.ad.Topic} alone, and counts each decision's view and click once, by a signed
 * {@link org.decentralizedai.billing.ad.AdToken}. Ads come from {@link org.decentralizedai.billing.ad.AdSource}s; ours is
 * {@link org.decentralizedai.billing.ad.HouseAds}, the campaigns of signed-in accounts.
 *
 * <p>A campaign's money: {@link org.decentralizedai.billing.ad.CampaignMoney} moves it from the advertiser's balance to the budget,
 * {@link org.decentralizedai.billing.ad.CampaignCounter} spends it, one counted event at a time, and what was spent is booked in the
 * ledger in sums. {@link org.decentralizedai.billing.ad.AdFree} sells time without ads. Start reading at
 * {@link org.decentralizedai.billing.ad.AdDesk}.
 */
@NullMarked
package org.decentralizedai.billing.ad;

import org.jspecify.annotations.NullMarked;
