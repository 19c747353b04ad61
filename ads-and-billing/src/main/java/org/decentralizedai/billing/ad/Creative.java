package org.decentralizedai.billing.ad;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What visitors see of a campaign, where it leads and next to what it stands: all that is reviewed.
 *
 * @param link https
 * @param image hash of a stored one; null: text only
 */
public record Creative(
        String title, String body, URI link, @Nullable String image, Set<Topic> topics) {
    private static final int LONGEST_TITLE = 60, LONGEST_BODY = 140, LONGEST_LINK = 500;

    public Creative {
        title = checked("title", title, LONGEST_TITLE);
        body = checked("body", body, LONGEST_BODY);
        if (!"https".equalsIgnoreCase(link.getScheme()) || link.getHost() == null || link.getRawUserInfo() != null)
            throw new IllegalArgumentException("link must be an https address with a host and no user");
        if (link.toASCIIString().length() > LONGEST_LINK)
            throw new IllegalArgumentException("link must have at most " + LONGEST_LINK + " characters");
        if (topics.isEmpty()) throw new IllegalArgumentException("choose one topic at least");
        if (image != null && !AdImages.isHash(image))
            throw new IllegalArgumentException("image must be the hash that an upload has answered");
        topics = Set.copyOf(EnumSet.copyOf(topics));
    }

    /** @throws IllegalArgumentException unless it can be a link */
    public static URI link(String text) {
        try {
            return new URI(text.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("link must be an https address with a host and no user", e);
        }
    }

    private static String checked(String name, String text, int longest) {
        String stripped = text.strip();
        if (stripped.isEmpty() || stripped.length() > longest)
            throw new IllegalArgumentException(name + " must have 1 to " + longest + " characters");
        if (stripped.codePoints().anyMatch(Creative::isInvisible))
            throw new IllegalArgumentException(name + " must be one line of visible characters");
        return stripped;
    }

    /** Line breaks, and what turns the direction of text around. */
    private static boolean isInvisible(int character) {
        int type = Character.getType(character);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.UNASSIGNED
                || type == Character.PRIVATE_USE
                || type == Character.SURROGATE;
    }
}
