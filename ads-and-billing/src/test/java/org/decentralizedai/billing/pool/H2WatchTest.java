package org.decentralizedai.billing.pool;

import java.nio.file.Path;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.io.TempDir;

final class H2WatchTest extends WatchContract {
    @TempDir
    Path folder;

    @Override
    TestDatabase open() {
        return TestDatabase.inFile(folder);
    }

    @Override
    int sequences() {
        return 10;
    }
}
