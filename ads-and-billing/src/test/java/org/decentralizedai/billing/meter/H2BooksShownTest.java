package org.decentralizedai.billing.meter;

import org.decentralizedai.billing.TestDatabase;

final class H2BooksShownTest extends BooksShownContract {
    @Override
    TestDatabase open() {
        return TestDatabase.inMemory();
    }
}
