package org.decentralizedai.store.blob;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/**
 * How files are opened that must survive a loss of power, and their folders: {@link FileChannel#open}, or a test's disk that fails or
 * loses what was not forced.
 */
@FunctionalInterface
public interface FileOpener {
    FileChannel open(Path file, OpenOption... options) throws IOException;
}
