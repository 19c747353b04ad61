package org.decentralizedai.server.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;

/** How the log opens its files and its folder: {@link FileChannel#open}, or a test's disk that fails or loses what was not forced. */
@FunctionalInterface
public interface FileOpener {
    FileChannel open(Path file, OpenOption... options) throws IOException;
}
