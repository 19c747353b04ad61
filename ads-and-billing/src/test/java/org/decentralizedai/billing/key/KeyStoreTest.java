package org.decentralizedai.billing.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.Set;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyStoreTest {
    private final MutableClock clock = new MutableClock();
    private final Random random = new Random(1);
    private TestDatabase database;
    private KeyStore keys;
    private Customer ada;

    @BeforeEach
    void open() {
        database = TestDatabase.inMemory();
        keys = new KeyStore(database.jdbi(), clock, random);
        ada = new CustomerStore(database.jdbi(), clock, random).open(" Ada ");
    }

    @AfterEach
    void close() {
        database.close();
    }

    static StoredKey stored() {
        return new StoredKey("key_1", "acct_1", KeyTerms.named("test"), "sk-dai-abcdef", 0, null, null);
    }

    @Test
    void created_isFoundByItsText_withItsTerms() {
        var terms = new KeyTerms("laptop", Set.of(Scope.INFERENCE), clock.millis() + 1000, 60L, 10_000L);
        var created = keys.create(ada.id(), terms);
        var found = keys.find(created.text()).orElseThrow();
        assertThat(found).isEqualTo(created.stored());
        assertThat(found.terms()).isEqualTo(terms);
        assertThat(keys.of(ada.id())).containsExactly(found);
        assertThat(keys.find(ApiKey.generate(random))).isEmpty();
        assertThat(ada.name()).isEqualTo("Ada");
    }

    @Test
    void text_isNowhereInTheDatabase() {
        String text = keys.create(ada.id(), KeyTerms.named("a")).text().reveal();
        var rows = database.jdbi()
                .withHandle(handle ->
                        handle.createQuery("select * from api_key").mapToMap().list());
        assertThat(rows.toString()).doesNotContain(text.substring(14));
    }

    @Test
    void expiry_comesInItsTime() {
        var created = keys.create(ada.id(), new KeyTerms("a", Set.of(Scope.USAGE), clock.millis() + 1000, null, null));
        var key = created.stored();
        assertThat(keys.admit(created.text().reveal())).contains(key);
        assertThat(key.expired(clock.millis())).isFalse();
        clock.advance(Duration.ofSeconds(1));
        assertThat(key.expired(clock.millis())).isTrue();
        assertThat(keys.admit(created.text().reveal())).isEmpty();
    }

    @Test
    void use_isNotedOnceAMinute() {
        var created = keys.create(ada.id(), KeyTerms.named("a"));
        long first = clock.millis();
        keys.used(created.stored());
        clock.advance(Duration.ofSeconds(59));
        keys.used(keys.find(created.text()).orElseThrow());
        assertThat(keys.find(created.text()).orElseThrow().usedAtMillis()).isEqualTo(first);
        clock.advance(Duration.ofSeconds(1));
        keys.used(keys.find(created.text()).orElseThrow());
        assertThat(keys.find(created.text()).orElseThrow().usedAtMillis()).isEqualTo(clock.millis());
    }

    @Test
    void revoked_staysRevoked() {
        var created = keys.create(ada.id(), KeyTerms.named("a"));
        assertThat(keys.revoke(created.stored().id())).isTrue();
        assertThat(keys.revoke(created.stored().id())).isFalse();
        assertThat(keys.find(created.text()).orElseThrow().revoked()).isTrue();
        assertThat(keys.admit(created.text().reveal())).isEmpty();
        assertThat(keys.rotate(created.stored().id())).isEmpty();
    }

    @Test
    void rotated_isTheSameKeyUnderAnotherText() {
        var created = keys.create(ada.id(), new KeyTerms("a", Set.of(Scope.INFERENCE), null, 7L, null));
        var rotated = keys.rotate(created.stored().id()).orElseThrow();
        assertThat(keys.find(created.text())).isEmpty();
        var found = keys.find(rotated.text()).orElseThrow();
        assertThat(found.id()).isEqualTo(created.stored().id());
        assertThat(found.terms()).isEqualTo(created.stored().terms());
        assertThat(found.hint()).isEqualTo(rotated.text().hint());
    }

    @Test
    void nobodysKey_isRefused() {
        assertThatThrownBy(() -> keys.create("acct_nobody", KeyTerms.named("a")));
        assertThatThrownBy(() -> KeyTerms.named(" ")).hasMessageContaining("1 to 80");
        assertThatThrownBy(() -> Scope.read("everything")).isInstanceOf(IllegalArgumentException.class);
    }
}
