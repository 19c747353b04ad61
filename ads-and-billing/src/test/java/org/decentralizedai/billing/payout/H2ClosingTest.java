package org.decentralizedai.billing.payout;

import java.nio.file.Path;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.io.TempDir;

final class H2ClosingTest extends ClosingContract {
    @TempDir
    Path folder;

    @Override
    TestDatabase open() {
        return TestDatabase.inFile(folder);
    }
}
