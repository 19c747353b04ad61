package org.decentralizedai.server.calibrate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where recordings are kept: TASK/weights.f32, that a task begins from, and beside it DEVICE.f32 for each device that has computed the
 * task. Little-endian, in layout order.
 */
public record RecordingFolder(Path path) {
    private static final String WEIGHTS = "weights", VALUES = ".f32";

    /** Made and kept where there are none, so that all devices compute the same task. */
    public float[] weights(int task) throws IOException {
        Path file = file(task, WEIGHTS);
        if (!Files.exists(file)) write(file, Recording.weights(task));
        return read(file);
    }

    /** The weights of its task must be those of {@link #weights}. */
    public void keep(Recording recording) throws IOException {
        write(file(recording.task(), recording.device()), recording.update().values());
    }

    List<Recording> all() {
        try (Stream<Path> tasks = Files.list(path)) {
            var recordings = new ArrayList<Recording>();
            for (Path task : tasks.filter(Files::isDirectory).sorted().toList()) recordings.addAll(of(task));
            return recordings;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static List<Recording> of(Path folder) throws IOException {
        int task = Integer.parseInt(folder.getFileName().toString());
        var weights = new Recording.Values(read(folder.resolve(WEIGHTS + VALUES)));
        var recordings = new ArrayList<Recording>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                String device = file.getFileName().toString().replace(VALUES, "");
                if (!device.equals(WEIGHTS))
                    recordings.add(new Recording(device, task, weights, new Recording.Values(read(file))));
            }
        }
        return recordings;
    }

    private Path file(int task, String name) {
        return path.resolve(Integer.toString(task), name + VALUES);
    }

    private static float[] read(Path file) throws IOException {
        return Packed.values(Files.readAllBytes(file));
    }

    private static void write(Path file, float[] values) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, Packed.of(values));
    }
}
