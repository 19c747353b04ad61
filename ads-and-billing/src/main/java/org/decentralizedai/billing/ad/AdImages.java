package org.decentralizedai.billing.ad;

import java.time.Clock;
import java.util.Optional;
import java.util.regex.Pattern;
import org.decentralizedai.billing.key.OpenAccount;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Pictures of ads, by their hash. Everybody sees those that the operator has approved; an account sees and uses its own; what no campaign has
 * within a day after its upload goes ({@link AdSweep}). Thread-safe.
 */
public final class AdImages {
    public static final int MOST_BYTES = 512 * 1024;

    /** Pictures of an account that no campaign of it has. */
    public static final int MOST_UNUSED = 20;

    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final int ATTEMPTS = 3;

    private final Jdbi jdbi;
    private final Clock clock;

    public AdImages(Jdbi jdbi, Clock clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /**
     * @return its hash; empty when the account has too many that it does not use
     * @throws IllegalArgumentException unless it is a picture of a fitting size
     */
    public Optional<String> store(String account, byte[] upload) {
        var picture = SmallPicture.of(upload);
        String hash = picture.hash();
        boolean stored = jdbi.inTransaction(handle -> {
            OpenAccount.hold(handle, account); // so that it stores no other one meanwhile
            handle.execute("delete from ad_upload where customer = ? and image = ?", account, hash);
            if (unused(handle, account) >= MOST_UNUSED) return false;
            keep(handle, picture, hash);
            handle.execute(
                    "insert into ad_upload (customer, image, at) values (?, ?, ?)", account, hash, clock.millis());
            return true;
        });
        return stored ? Optional.of(hash) : Optional.empty();
    }

    private static int unused(Handle handle, String account) {
        return handle.createQuery("""
                        select count(*) from ad_upload u where customer = :account
                        and not exists (select 1 from ad_campaign c where c.customer = u.customer and c.image = u.image)""")
                .bind("account", account)
                .mapTo(Integer.class)
                .one();
    }

    /** It may be there already, and be swept just now: the update holds the one that is there. */
    private static void keep(Handle handle, SmallPicture picture, String hash) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            handle.execute(
                    "insert into ad_image (hash, bytes, width, height) values (?, ?, ?, ?) on conflict do nothing",
                    hash,
                    picture.png(),
                    picture.width(),
                    picture.height());
            if (handle.execute("update ad_image set width = width where hash = ?", hash) == 1) return;
        }
        throw new IllegalStateException("the picture went as often as it came: " + hash);
    }

    /** Whether the account has uploaded it lately, or has a campaign with it. */
    public boolean mayUse(String hash, String account) {
        return isHash(hash)
                && jdbi.withHandle(handle -> handle.createQuery("""
                        select 1 from ad_image i where hash = :hash
                        and (exists (select 1 from ad_upload u where u.image = i.hash and u.customer = :account)
                          or exists (select 1 from ad_campaign c where c.image = i.hash and c.customer = :account))""")
                        .bind("hash", hash)
                        .bind("account", account)
                        .mapTo(Integer.class)
                        .findOne()
                        .isPresent());
    }

    /** PNG, when a campaign whose creative is approved as it is has it. */
    public Optional<byte[]> published(String hash) {
        return bytes(
                hash,
                "exists (select 1 from ad_campaign c where c.image = ad_image.hash and c." + Campaign.REVIEWED + ")");
    }

    /** PNG, whoever has it. */
    public Optional<byte[]> find(String hash) {
        return bytes(hash, "true");
    }

    private Optional<byte[]> bytes(String hash, String condition) {
        if (!isHash(hash)) return Optional.empty();
        return jdbi.withHandle(
                handle -> handle.createQuery("select bytes from ad_image where hash = :hash and " + condition)
                        .bind("hash", hash)
                        .map((row, _) -> row.getBytes(1))
                        .findOne());
    }
}
