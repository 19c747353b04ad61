package org.decentralizedai.server.payout;

import java.nio.file.Path;
import org.decentralizedai.server.state.Database;
import org.junit.jupiter.api.io.TempDir;

final class H2CreditWorkTest extends CreditWorkContract {
    @TempDir
    Path folder;

    @Override
    Database open() {
        return Database.embedded(folder);
    }
}
