package org.decentralizedai.server.state;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class H2TaskLedgerTest extends TaskLedgerContract {
    @TempDir
    Path folder;

    @Override
    Database open() {
        return Database.embedded(folder);
    }
}
