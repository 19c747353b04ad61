package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What pictures of ads promise on every database. */
abstract class AdImagesContract {
    private final MutableClock clock = new MutableClock();
    private TestDatabase database;
    private AdImages images;
    private AdSweep sweep;
    private Advertiser ada, bob;

    abstract TestDatabase open() throws Exception;

    @BeforeEach
    void openDatabase() throws Exception {
        database = open();
        images = new AdImages(database.jdbi(), clock);
        sweep = new AdSweep(database.jdbi(), clock);
        ada = new Advertiser(database.jdbi(), clock, 1);
        bob = new Advertiser(database.jdbi(), clock, 2);
    }

    @AfterEach
    void closeDatabase() {
        database.close();
    }

    private String store(byte[] upload) {
        return images.store(ada.id, upload).orElseThrow();
    }

    private static Creative with(String image) {
        var creative = Advertiser.CREATIVE;
        return new Creative(creative.title(), creative.body(), creative.link(), image, creative.topics());
    }

    /** Another one for each number. */
    private static byte[] numbered(int number) throws IOException {
        return picture("png", 10 + number, 10);
    }

    @Test
    void picture_isSeenByOthersOnceApproved_asItIs() throws IOException {
        String hash = store(numbered(0));
        assertThat(images.published(hash)).isEmpty();
        assertThat(images.mayUse(hash, ada.id)).isTrue();
        assertThat(images.mayUse(hash, bob.id)).isFalse();
        String campaign = ada.draft(with(hash), Pricing.CPM, 1000).id();
        ada.campaigns.submit(campaign);
        assertThat(images.published(hash)).isEmpty();
        ada.campaigns.approve(campaign, 1);
        assertThat(images.published(hash)).isPresent();
        ada.money.end(campaign);
        assertThat(images.published(hash)).as("pages that show it still").isPresent();
        String changed = ada.running(with(hash), Pricing.CPM, 1000, 10), other = store(numbered(1));
        ada.campaigns.change(changed, with(other));
        assertThat(images.published(other)).as("unseen").isEmpty();
        ada.money.end(changed);
        assertThat(images.published(other)).as("ended unseen").isEmpty();
    }

    @Test
    void unusedPictures_areFew_andGoAfterADay() throws IOException {
        for (int i = 0; i < AdImages.MOST_UNUSED; i++) store(numbered(i));
        assertThat(images.store(ada.id, numbered(20))).as("one too many").isEmpty();
        String used = store(numbered(3));
        assertThat(images.store(bob.id, numbered(3)))
                .as("the same one, of another account")
                .contains(used);
        ada.draft(with(used), Pricing.CPM, 1000);
        assertThat(images.store(ada.id, numbered(20))).as("one is used").isPresent();
        clock.advance(AdSweep.UPLOADS);
        sweep.sweep();
        assertThat(images.mayUse(used, bob.id)).as("a day old, not more").isTrue();
        clock.advance(Duration.ofMillis(1));
        sweep.sweep();
        assertThat(images.mayUse(used, bob.id)).isFalse();
        assertThat(images.mayUse(used, ada.id)).isTrue();
        assertThat(pictures()).isEqualTo(1);
    }

    @Test
    void campaignThatEndedUnapproved_losesItsPicture() throws IOException {
        String campaign = ada.draft(with(store(numbered(0))), Pricing.CPM, 1000).id();
        ada.money.end(campaign);
        clock.advance(AdSweep.UPLOADS.plusMillis(1));
        sweep.sweep();
        assertThat(pictures()).isZero();
        assertThat(ada.campaign(campaign).creative().image()).isNull();
    }

    @Test
    void deletedAccount_itsPicturesGo_othersStay() throws IOException {
        ada.running(with(store(numbered(0))), Pricing.CPM, 1000, 10);
        store(numbered(1));
        images.store(bob.id, numbered(1));
        new PersonalAds(database.jdbi()).forget(ada.id);
        assertThat(pictures()).isEqualTo(1);
    }

    @Test
    void oldEvents_go() {
        String campaign = ada.running(Pricing.CPM, 1000, 10);
        ada.counter.view(campaign, "old");
        clock.advance(AdSweep.EVENTS);
        ada.counter.view(campaign, "new");
        clock.advance(Duration.ofMillis(1));
        assertThat(sweep.sweep()).isEqualTo(1);
        assertThat(ada.counter.view(campaign, "new")).isEqualTo(Counted.REPLAYED);
        assertThat(ada.campaign(campaign).impressions()).as("sums stay").isEqualTo(2);
    }

    @Test
    void pass_opensOnePicture_forADay() {
        var pass = new PicturePass(new AdSecret(new byte[32]), clock);
        String hash = "a".repeat(64), shown = pass.of(hash);
        assertThat(pass.isGood(shown, hash)).isTrue();
        assertThat(pass.isGood(shown, "b".repeat(64))).isFalse();
        for (String wrong : new String[] {"", ".", "x.y", "9" + shown, shown + "0", shown.replace('.', '-')})
            assertThat(pass.isGood(wrong, hash)).as(wrong).isFalse();
        clock.advance(Duration.ofDays(1).plusMillis(1));
        assertThat(pass.isGood(shown, hash)).isFalse();
    }

    private int pictures() {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from ad_image")
                        .mapTo(Integer.class)
                        .one());
    }

    private static byte[] picture(String format, int width, int height) throws IOException {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int x = 0; x < width; x++) image.setRGB(x, x % height, 0x00ff00);
        var bytes = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, bytes)).isTrue();
        return bytes.toByteArray();
    }

    @Test
    void pictures_becomeSmallPng() throws IOException {
        for (String format : new String[] {"png", "jpg"}) {
            byte[] stored = images.find(store(picture(format, 400, 200))).orElseThrow();
            var read = ImageIO.read(new ByteArrayInputStream(stored));
            assertThat(read.getWidth()).isEqualTo(192);
            assertThat(read.getHeight()).isEqualTo(96);
            assertThat(stored).startsWith(0x89, 'P', 'N', 'G');
        }
    }

    @Test
    void whatHidesInAFile_isNotStored() throws IOException {
        byte[] png = picture("png", 30, 30);
        byte[] script = "<script>alert(1)</script>".getBytes(StandardCharsets.UTF_8);
        byte[] both = Arrays.copyOf(png, png.length + script.length);
        System.arraycopy(script, 0, both, png.length, script.length);
        String hash = store(both);
        assertThat(new String(images.find(hash).orElseThrow(), StandardCharsets.ISO_8859_1))
                .doesNotContain("script");
        assertThat(store(png)).as("the same pixels are the same picture").isEqualTo(hash);
    }

    @Test
    void whatIsNoPicture_isRefused() throws IOException {
        byte[] png = picture("png", 30, 30);
        for (byte[] upload : new byte[][] {
            {}, {1, 2, 3}, Arrays.copyOf(png, 40), picture("gif", 5, 5), picture("bmp", 5, 5), new byte[600 * 1024]
        }) assertThatThrownBy(() -> store(upload)).isInstanceOf(IllegalArgumentException.class);
        for (String hash : new String[] {"none", "\0", "a".repeat(63) + "\0", "A".repeat(64)}) {
            assertThat(images.find(hash)).isEmpty();
            assertThat(images.published(hash)).isEmpty();
            assertThat(images.mayUse(hash, ada.id)).isFalse();
            assertThatThrownBy(() -> with(hash)).hasMessageContaining("image must be");
        }
    }

    @Test
    void hugePictureInASmallFile_isRefusedUnread() throws IOException {
        byte[] bomb = picture("png", 8, 8);
        bomb[16] = 0x7f; // the width in the header: two thousand million pixels
        assertThatThrownBy(() -> store(bomb)).hasMessageContaining("2048 pixels");
    }

    @Test
    void largestPicture_isTaken_anyLarger_not() throws IOException {
        byte[] stored = images.find(store(picture("png", 2048, 2048))).orElseThrow();
        assertThat(ImageIO.read(new ByteArrayInputStream(stored)).getWidth()).isEqualTo(192);
        for (int[] size : new int[][] {{2049, 1}, {1, 2049}})
            assertThatThrownBy(() -> store(picture("png", size[0], size[1]))).hasMessageContaining("2048 pixels");
    }
}
