package org.decentralizedai.billing.ad;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What is kept of an account about ads: to be had, and to be deleted. Thread-safe. */
public final class PersonalAds {
    private static final String DELETED = "deleted", NOWHERE = "https://deleted.invalid/";

    /** @param noAdsUntilMillis null: time without ads was never bought */
    public record Kept(List<Campaign> campaigns, @Nullable Long noAdsUntilMillis) {}

    private final Jdbi jdbi;

    public PersonalAds(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public Kept of(String account) {
        return jdbi.withHandle(handle -> new Kept(
                handle.createQuery("select " + Campaign.COLUMNS
                                + " from ad_campaign where customer = :account order by created_at, id")
                        .bind("account", account)
                        .map((row, _) -> Campaign.of(row))
                        .list(),
                handle.createQuery("select until from ad_free where customer = :account")
                        .bind("account", account)
                        .mapTo(Long.class)
                        .findOne()
                        .orElse(null)));
    }

    /** What the campaigns said goes; they are shown no more, and {@link CampaignMoney#endOver} ends them. Their figures stay, as bookings do. */
    public void forget(String account) {
        jdbi.useTransaction(handle -> {
            handle.execute("""
                    update ad_campaign set title = ?, body = ?, link = ?, image = null, why = null, approved = 0,
                    state = case when state = 'ENDED' then state else 'DRAFT' end where customer = ?""", DELETED, DELETED, NOWHERE, account);
            handle.execute("delete from ad_free where customer = ?", account);
            handle.execute("delete from ad_upload where customer = ?", account);
            AdSweep.deleteUnusedPictures(handle);
        });
    }
}
