package org.decentralizedai.billing.ad;

import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes of an uploaded picture the one that is kept: decoded, made small and written anew as PNG, so that nothing of the file that came is
 * ever sent to anybody, neither its metadata nor what may hide in it. PNG and JPEG; Java decodes no WebP. Thread-safe.
 */
final class SmallPicture {
    private static final int LARGEST_SIDE = 2048, STORED_SIDE = 192;
    private static final Set<String> FORMATS = Set.of("png", "jpeg");

    /** One at a time: the pixels of the largest take 32 MiB, at two bytes a colour. */
    private static final Semaphore DECODING = new Semaphore(1);

    private final BufferedImage image;
    private final byte[] png;

    private SmallPicture(BufferedImage image) {
        this.image = image;
        png = png(image);
    }

    /** @throws IllegalArgumentException unless it is a picture of a fitting size */
    static SmallPicture of(byte[] upload) {
        DECODING.acquireUninterruptibly();
        try {
            return new SmallPicture(small(decoded(upload)));
        } finally {
            DECODING.release();
        }
    }

    int width() {
        return image.getWidth();
    }

    int height() {
        return image.getHeight();
    }

    byte[] png() {
        return png.clone();
    }

    /** Of the PNG: SHA-256, 64 hex digits. */
    String hash() {
        return sha256(png);
    }

    private static BufferedImage decoded(byte[] upload) {
        if (upload.length == 0 || upload.length > AdImages.MOST_BYTES)
            throw new IllegalArgumentException("a picture must have 1 to " + AdImages.MOST_BYTES + " bytes");
        try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(upload))) {
            var readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) throw noPicture(null);
            ImageReader reader = readers.next();
            try {
                if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) throw noPicture(null);
                reader.setInput(in, true, true);
                requireSize(reader.getWidth(0), reader.getHeight(0)); // before its pixels take memory
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            if (e instanceof IllegalArgumentException said && said.getMessage() != null) throw said;
            throw noPicture(e); // what decoders throw at broken files is of many kinds
        }
    }

    private static void requireSize(int width, int height) {
        if (Math.max(width, height) > LARGEST_SIDE)
            throw new IllegalArgumentException("a picture may have " + LARGEST_SIDE + " pixels a side at most");
    }

    private static IllegalArgumentException noPicture(@Nullable Exception why) {
        return new IllegalArgumentException("the file is no PNG or JPEG picture", why);
    }

    private static BufferedImage small(BufferedImage image) {
        double scale = Math.min(1, STORED_SIDE / (double) Math.max(image.getWidth(), image.getHeight()));
        int width = (int) Math.max(1, Math.round(image.getWidth() * scale));
        int height = (int) Math.max(1, Math.round(image.getHeight() * scale));
        var small = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        var graphics = small.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return small;
    }

    private static byte[] png(BufferedImage image) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "png", out)) throw new IllegalStateException("every Java writes PNG");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
