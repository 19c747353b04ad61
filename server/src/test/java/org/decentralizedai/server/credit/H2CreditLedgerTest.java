package org.decentralizedai.server.credit;

import java.nio.file.Path;
import org.decentralizedai.server.state.Database;
import org.junit.jupiter.api.io.TempDir;

final class H2CreditLedgerTest extends CreditLedgerContract {
    @TempDir
    Path folder;

    @Override
    Database open() {
        return Database.embedded(folder);
    }
}
