package org.decentralizedai.billing.meter;

import java.nio.file.Path;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.io.TempDir;

final class H2KilledMeterIT extends KilledMeterContract {
    @TempDir
    Path folder;

    @Override
    String url() {
        return TestDatabase.fileUrl(folder);
    }
}
