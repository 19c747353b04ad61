package org.decentralizedai.billing.ad;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a conversation is about, as coarsely as advertisers may choose by it. Found by English words. There is on purpose none for health, belief,
 * politics or anything else that a person may want to keep from advertisers.
 */
public enum Topic {
    /** Fits every conversation. */
    GENERAL,
    PROGRAMMING("code", "program", "programming", "software", "java", "python", "javascript", "compiler", "bug", "api"),
    HARDWARE("computer", "gpu", "cpu", "laptop", "phone", "chip", "graphics", "battery", "keyboard", "server"),
    SCIENCE("science", "physics", "chemistry", "biology", "mathematics", "equation", "theorem", "planet", "universe"),
    EDUCATION("school", "university", "course", "exam", "homework", "teacher", "student", "lesson", "learn"),
    BUSINESS("business", "company", "startup", "invoice", "market", "customer", "office", "meeting", "manager"),
    TRAVEL("travel", "trip", "flight", "hotel", "train", "beach", "tourist", "holiday", "island", "ship"),
    FOOD("recipe", "cook", "cooking", "kitchen", "dinner", "bread", "restaurant", "coffee", "bake", "cheese"),
    SPORT("football", "soccer", "tennis", "running", "cycling", "bicycle", "marathon", "team", "match"),
    BOOKS("book", "novel", "story", "poem", "author", "chapter", "library", "reader"),
    MUSIC("music", "song", "guitar", "piano", "concert", "melody", "orchestra", "album"),
    GAMES("game", "games", "chess", "puzzle", "console", "player", "multiplayer"),
    HOME("garden", "house", "furniture", "sofa", "paint", "repair", "plant", "tool");

    private static final Pattern NO_LETTERS = Pattern.compile("[^a-z]+");
    /** Words behind it are not looked at: what is read costs time. */
    private static final int MOST_CHARACTERS = 4000;

    private final List<String> words;

    Topic(String... words) {
        this.words = List.of(words);
    }

    /** Those of a text, GENERAL among them. The text is not kept. */
    public static Set<Topic> of(String text) {
        String read = text.substring(0, Math.min(text.length(), MOST_CHARACTERS));
        var said = NO_LETTERS.splitAsStream(read.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        var topics = EnumSet.of(GENERAL);
        for (Topic topic : values())
            if (topic.words.stream().anyMatch(word -> said.contains(word) || said.contains(word + "s")))
                topics.add(topic);
        return topics;
    }

    /** @throws IllegalArgumentException for a name that is none */
    static Set<Topic> read(String names) {
        return Stream.of(names.split(" "))
                .map(Topic::valueOf)
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Topic.class)));
    }

    static String written(Set<Topic> topics) {
        return new TreeSet<>(topics).stream().map(Topic::name).collect(Collectors.joining(" "));
    }
}
