package org.decentralizedai.server.state;

import java.io.IOException;

/** What was read is no record as it was written. Another failure to read says nothing about what is on the disk. */
final class DamagedRecord extends IOException {
    private static final long serialVersionUID = 1;

    DamagedRecord(String message) {
        super(message);
    }
}
