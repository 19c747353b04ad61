package org.decentralizedai.billing.ledger;

import java.nio.file.Path;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.io.TempDir;

final class H2LedgerTest extends LedgerContract {
    @TempDir
    Path folder;

    @Override
    TestDatabase open() {
        return TestDatabase.inFile(folder);
    }

    @Override
    int sequences() {
        return Boolean.getBoolean("slow") ? 500 : 50;
    }
}
