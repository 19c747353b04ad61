package org.decentralizedai.server.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import org.h2.store.fs.FileBaseDefault;

/** An open file or folder of a {@link Disk}. */
final class DiskChannel extends FileBaseDefault {
    private final Disk disk;
    private final Path path;
    private final FileChannel file;

    DiskChannel(Disk disk, Path path, FileChannel file) {
        this.disk = disk;
        this.path = path;
        this.file = file;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
        disk.requireReadable(path);
        return file.read(into, at);
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        synchronized (disk) { // H2 has threads: no copy of half a write, none in place of a newer one
            int whole = from.remaining();
            int room = disk.room(path, whole);
            if (room == whole) return file.write(from, at);
            var part = from.slice(from.position(), room);
            while (part.hasRemaining()) file.write(part, at + part.position());
            throw disk.failure(path);
        }
    }

    @Override
    protected void implTruncate(long size) throws IOException {
        disk.requirePower();
        if (size < file.size()) file.truncate(size);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    public void force(boolean metadata) throws IOException {
        disk.force(path);
        file.force(false);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return file.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }
}
