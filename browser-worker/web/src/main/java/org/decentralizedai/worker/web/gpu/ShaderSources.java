package org.decentralizedai.worker.web.gpu;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.teavm.classlib.ResourceSupplier;
import org.teavm.classlib.ResourceSupplierContext;

/** The WGSL texts, embedded into the worker by TeaVM, so that shaders and the code that binds them are of one version. */
public final class ShaderSources implements ResourceSupplier {
    private static final String FOLDER = "shaders/";

    /** Called by TeaVM while it compiles. */
    @Override
    public String[] supplyResources(ResourceSupplierContext context) {
        return Stream.of(KernelSpec.ALL.stream(), KernelSpec.TRIED.stream(), forms())
                .flatMap(specs -> specs)
                .map(spec -> FOLDER + spec.shader().name())
                .distinct()
                .toArray(String[]::new);
    }

    private static Stream<KernelSpec> forms() {
        return Arrays.stream(RowOperation.values())
                .flatMap(operation -> Arrays.stream(RowForm.values()).flatMap(form -> operation.specs(form).stream()));
    }

    static String load(String file) {
        try (InputStream in = ShaderSources.class.getResourceAsStream("/" + FOLDER + file)) {
            if (in == null) throw new IllegalArgumentException("no such shader: file=" + file);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
