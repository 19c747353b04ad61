package org.decentralizedai.billing.meter;

import java.nio.file.Path;
import org.decentralizedai.billing.TestDatabase;
import org.junit.jupiter.api.io.TempDir;

/** Found that H2 keeps parts of transactions that were never committed, before one thread at a time had it (docs/durability.md). */
final class H2KilledMeterIT extends KilledMeterContract {
    @TempDir
    Path folder;

    @Override
    String url() {
        return TestDatabase.fileUrl(folder);
    }
}
