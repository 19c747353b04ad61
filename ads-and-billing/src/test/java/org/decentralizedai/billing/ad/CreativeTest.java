package org.decentralizedai.billing.ad;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.LocalDate;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What advertisers may say, and pay. */
class CreativeTest {
    private static final LocalDate DAY = LocalDate.of(2026, 11, 29);

    private static Creative creative(String title, String link) {
        return new Creative(title, "Body.", Creative.link(link), null, Set.of(Topic.GENERAL));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://shop.example/",
                "javascript:alert(1)",
                "//shop.example",
                "https:///x",
                "https://a@shop.example/",
                "mailto:a@b.example",
                "https://shop example",
                "data:text/html,x",
                ""
            })
    void link_otherThanHttps_isRefused(String link) {
        assertThatThrownBy(() -> creative("Title", link)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "a\nb", "turned \u202e around", "zero\u200bwidth"})
    void title_emptyOrWithHiddenCharacters_isRefused(String title) {
        assertThatThrownBy(() -> creative(title, "https://shop.example/")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void lengths_areLimited() {
        assertThat(creative(" " + "x".repeat(60) + " ", "https://shop.example/").title())
                .hasSize(60);
        assertThatThrownBy(() -> creative("x".repeat(61), "https://shop.example/"))
                .hasMessageContaining("1 to 60");
        assertThatThrownBy(() -> creative("x", "https://shop.example/" + "x".repeat(500)))
                .hasMessageContaining("500");
        assertThatThrownBy(() -> new Creative("x", "y", URI.create("https://a.example"), null, Set.of()))
                .hasMessageContaining("topic");
    }

    @Test
    void topics_areFoundByWords() {
        assertThat(Topic.of("My Java program has bugs.")).containsExactlyInAnyOrder(Topic.GENERAL, Topic.PROGRAMMING);
        assertThat(Topic.of("the javanese coast")).containsExactly(Topic.GENERAL);
        assertThat(Topic.of("I am ill and I believe in nothing")).containsExactly(Topic.GENERAL);
        assertThat(Topic.read(Topic.written(Set.of(Topic.FOOD, Topic.BOOKS))))
                .isEqualTo(Set.of(Topic.FOOD, Topic.BOOKS));
    }

    @Test
    void price_ofAThousandImpressions_isWholeThousands() {
        assertThatThrownBy(() -> new Terms(Pricing.CPM, 1500, DAY, DAY, 1)).hasMessageContaining("whole thousands");
        assertThat(new Terms(Pricing.CPM, 3000, DAY, DAY, 1).viewCost()).isEqualTo(3);
        assertThat(new Terms(Pricing.CPC, 1501, DAY, DAY, 1).clickCost()).isEqualTo(1501);
        for (long price : new long[] {0, -1000, 1_000_000_001_000L})
            assertThatThrownBy(() -> new Terms(Pricing.CPM, price, DAY, DAY, 1)).hasMessageContaining("price");
        assertThatThrownBy(() -> new Terms(Pricing.CPC, 1, DAY, DAY.minusDays(1), 1))
                .hasMessageContaining("last day");
        assertThatThrownBy(() -> new Terms(Pricing.CPC, 1, DAY, DAY, 0)).hasMessageContaining("cap");
    }
}
