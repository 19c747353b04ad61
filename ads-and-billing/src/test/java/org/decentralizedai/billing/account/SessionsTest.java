package org.decentralizedai.billing.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.decentralizedai.billing.MutableClock;
import org.decentralizedai.billing.TestDatabase;
import org.decentralizedai.billing.key.CustomerStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SessionsTest {
    private static final Sessions.Lifetime LIFETIME = new Sessions.Lifetime(Duration.ofHours(1), Duration.ofHours(3));

    private final MutableClock clock = new MutableClock();
    private final Random random = new Random(1);
    private TestDatabase database;
    private Sessions sessions;
    private String ada;

    @BeforeEach
    void open() {
        database = TestDatabase.inMemory();
        sessions = new Sessions(database.jdbi(), clock, random, LIFETIME);
        ada = new CustomerStore(database.jdbi(), clock, random).open("Ada").id();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private long rows() {
        return database.jdbi()
                .withHandle(handle -> handle.createQuery("select count(*) from account_session")
                        .mapTo(Long.class)
                        .one());
    }

    @Test
    void opened_isFoundByItsToken_alsoByAnotherProcess() {
        var token = sessions.open(ada);
        assertThat(sessions.account(token)).contains(ada);
        var said = SessionToken.parse(token.reveal()).orElseThrow();
        assertThat(new Sessions(database.jdbi(), clock, new Random(2), LIFETIME).account(said))
                .contains(ada);
        assertThat(sessions.account(SessionToken.generate(random))).isEmpty();
        assertThatThrownBy(() -> sessions.open("acct_nobody"));
    }

    @Test
    void token_isNowhereInTheDatabase_norPrinted() {
        var token = sessions.open(ada);
        var rows = database.jdbi()
                .withHandle(handle -> handle.createQuery("select * from account_session")
                        .mapToMap()
                        .list());
        assertThat(rows.toString()).doesNotContain(token.reveal()).doesNotContain(token.csrf());
        assertThat(token.toString()).doesNotContain(token.reveal());
        assertThat(token.csrf()).isNotEqualTo(token.hash()).hasSize(64);
    }

    @Test
    void unused_endsAfterTheIdleTime() {
        var token = sessions.open(ada);
        clock.advance(LIFETIME.idle().minusMillis(1));
        assertThat(sessions.account(token)).contains(ada); // and is used by that
        clock.advance(LIFETIME.idle().minusMillis(1));
        assertThat(sessions.account(token)).contains(ada);
        clock.advance(LIFETIME.idle());
        assertThat(sessions.account(token)).isEmpty();
    }

    @Test
    void used_endsAfterTheWholeTime() {
        var token = sessions.open(ada);
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofMinutes(35));
            assertThat(sessions.account(token)).as("%d", i).contains(ada);
        }
        clock.advance(Duration.ofMinutes(5));
        assertThat(sessions.account(token)).isEmpty();
    }

    @Test
    void ended_isForgottenWhenAnotherOpens() {
        sessions.open(ada);
        clock.advance(LIFETIME.idle());
        sessions.open(ada);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void closed_isClosedAlone_closeAllClosesTheRest() {
        var laptop = sessions.open(ada);
        var phone = sessions.open(ada);
        var other = sessions.open(
                new CustomerStore(database.jdbi(), clock, random).open("Bob").id());
        sessions.close(laptop);
        assertThat(sessions.account(laptop)).isEmpty();
        assertThat(sessions.account(phone)).contains(ada);
        sessions.closeAll(ada);
        assertThat(sessions.account(phone)).isEmpty();
        assertThat(sessions.account(other)).isPresent();
    }

    @Test
    void closeOthers_leavesThisOne_andOtherAccounts() {
        var laptop = sessions.open(ada);
        var phone = sessions.open(ada);
        var other = sessions.open(
                new CustomerStore(database.jdbi(), clock, random).open("Bob").id());
        sessions.closeOthers(ada, laptop);
        assertThat(sessions.account(laptop)).contains(ada);
        assertThat(sessions.account(phone)).isEmpty();
        assertThat(sessions.account(other)).isPresent();
    }

    @Test
    void wrongShapes_areNoTokens() {
        for (String text : new String[] {"", "x", "a".repeat(42), "a".repeat(44), "a".repeat(42) + "="})
            assertThat(SessionToken.parse(text)).as(text).isEmpty();
    }
}
