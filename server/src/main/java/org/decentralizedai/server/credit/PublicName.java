package org.decentralizedai.server.credit;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A name that everybody may read, of a contributor or a team: 2 to 40 printable characters with a letter or digit among them,
 * runs of spaces made one, compatibility forms unified (NFKC). Characters that show nothing or turn the direction of writing
 * are refused, and e-mail addresses, so that nobody publishes one by mistake.
 */
public record PublicName(String text) {
    private static final int LEAST = 2, MOST = 40;
    private static final Pattern E_MAIL = Pattern.compile("\\S+@\\S+\\.\\S+");

    /** @throws IllegalArgumentException with a sentence for whoever chose the name */
    public static PublicName of(String wish) {
        String text = Normalizer.normalize(wish, Normalizer.Form.NFKC).strip().replaceAll("[\\s\\p{Zs}]+", " ");
        int length = text.codePointCount(0, text.length());
        if (length < LEAST || length > MOST)
            throw new IllegalArgumentException("a name has " + LEAST + " to " + MOST + " characters, not " + length);
        if (!text.codePoints().allMatch(PublicName::printable))
            throw new IllegalArgumentException("a name may hold printable characters only");
        if (text.codePoints().noneMatch(Character::isLetterOrDigit))
            throw new IllegalArgumentException("a name needs a letter or a digit");
        if (E_MAIL.matcher(text).find())
            throw new IllegalArgumentException("a name is public: please do not use an e-mail address");
        return new PublicName(text);
    }

    private static boolean printable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /** The same for names that differ in case only. */
    String key() {
        return text.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }
}
