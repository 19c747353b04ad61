package org.decentralizedai.server.crash;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;
import org.jspecify.annotations.Nullable;

/** H2's file system {@code crash:}, whose files are those of a {@link Disk}. Public, as H2 makes objects of it. */
public final class DiskOfH2 extends FilePathWrapper {
    static final String SCHEME = "crash";

    private static @Nullable Disk disk;

    /** Files are opened on this disk from now on. */
    static void use(Disk next) {
        if (disk == null) FilePath.register(new DiskOfH2());
        disk = next;
    }

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        if (disk == null) throw new IOException("there is no disk");
        var path = Path.of(getBase().toString());
        boolean made = !Files.exists(path);
        return disk.opened(path, super.open(mode), made);
    }
}
