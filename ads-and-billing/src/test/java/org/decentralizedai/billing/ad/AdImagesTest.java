package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdImagesTest {
    private final TestDatabase database = TestDatabase.inMemory();
    private final AdImages images = new AdImages(database.jdbi());

    @AfterEach
    void close() {
        database.close();
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
            byte[] stored = images.find(images.store(picture(format, 400, 200))).orElseThrow();
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
        String hash = images.store(both);
        assertThat(new String(images.find(hash).orElseThrow(), StandardCharsets.ISO_8859_1))
                .doesNotContain("script");
        assertThat(images.store(png)).as("the same pixels are the same picture").isEqualTo(hash);
    }

    @Test
    void whatIsNoPicture_isRefused() throws IOException {
        byte[] png = picture("png", 30, 30);
        for (byte[] upload : new byte[][] {
            {}, {1, 2, 3}, Arrays.copyOf(png, 40), picture("gif", 5, 5), picture("bmp", 5, 5), new byte[600 * 1024]
        }) assertThatThrownBy(() -> images.store(upload)).isInstanceOf(IllegalArgumentException.class);
        assertThat(images.find("none")).isEmpty();
    }

    @Test
    void hugePictureInASmallFile_isRefusedUnread() throws IOException {
        byte[] bomb = picture("png", 8, 8);
        bomb[16] = 0x7f; // the width in the header: two thousand million pixels
        assertThatThrownBy(() -> images.store(bomb)).hasMessageContaining("4096 pixels");
    }
}
