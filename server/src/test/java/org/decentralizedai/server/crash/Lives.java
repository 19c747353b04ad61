package org.decentralizedai.server.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.decentralizedai.server.crash.Story.End;
import org.jspecify.annotations.Nullable;

/** The lives of a coordinator: each begins with what the end before has left on the disk. */
final class Lives {
    private final Path folder;
    private final Queue<End> ends;
    private final Random random;
    private int number;
    private Power power;
    private Disk disk;

    /** @param random says where the log is torn */
    Lives(Path folder, List<End> ends, Random random) {
        this.folder = folder;
        this.ends = new ArrayDeque<>(ends);
        this.random = random;
        power = nextPower();
        disk = nextDisk();
    }

    private Power nextPower() {
        var end = ends.peek();
        return end == null ? new Power(null, 0) : new Power(end.point(), end.passes());
    }

    private Disk nextDisk() {
        try {
            return new Disk(Files.createDirectories(life(number)), power);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path life(int life) {
        return folder.resolve("life-" + life);
    }

    /** Of the life that goes on. */
    Power power() {
        return power;
    }

    Disk disk() {
        return disk;
    }

    /** Null when all have come. */
    @Nullable
    End nextEnd() {
        return ends.peek();
    }

    /** The power is off; another life may begin. @param coordinator null when it did not come to be */
    void end(@Nullable Coordinator coordinator) {
        var end = ends.remove();
        try {
            if (coordinator != null) coordinator.close();
        } catch (RuntimeException | Error e) { // it has no power
        }
        disk.leave(end.left(), life(++number), random);
        power = nextPower();
        disk = nextDisk();
    }
}
