package org.decentralizedai.billing.account;

import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class H2AccountTest extends AccountContract {
    private static TestDatabase database;

    @BeforeAll
    static void start() {
        database = TestDatabase.inMemory();
    }

    @AfterAll
    static void stop() {
        database.close();
    }

    @Override
    TestDatabase database() {
        return database;
    }
}
