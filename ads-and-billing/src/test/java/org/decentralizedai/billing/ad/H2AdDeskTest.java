package org.decentralizedai.billing.ad;

import java.nio.file.Path;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.io.TempDir;

final class H2AdDeskTest extends AdDeskContract {
    @TempDir
    Path folder;

    @Override
    TestDatabase open() {
        return TestDatabase.inFile(folder);
    }
}
