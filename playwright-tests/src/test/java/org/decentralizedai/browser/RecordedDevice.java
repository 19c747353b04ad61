package org.decentralizedai.browser;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a browser computed recorded updates on.
 *
 * @param chromium its version
 * @param adapter what it tells of itself
 * @param kernels that the worker has chosen, by operation; of others it took the standard ones
 */
record RecordedDevice(String device, String chromium, Map<String, Object> adapter, Map<String, Object> kernels) {
    /** The worker asks for its adapter in the same way. */
    private static final String ADAPTER = """
            navigator.gpu.requestAdapter({powerPreference: 'high-performance'}).then(adapter => {
              const {vendor, architecture, description, subgroupMinSize, subgroupMaxSize} = adapter.info;
              return {vendor, architecture, description, subgroupMinSize, subgroupMaxSize,
                shaderF16: adapter.features.has('shader-f16')};
            })""";

    private static final String KERNELS = "events.find(e => e.type == 'tuned')?.kernels ?? []";

    /** Refuses another's name: lavapipe stands in under SwiftShader's names, but it has f16, and SwiftShader has not. */
    @SuppressWarnings("unchecked")
    static RecordedDevice of(String device, Chromium chromium, WorkerPage page) {
        var adapter = (Map<String, Object>) requireNonNull(page.evaluate(ADAPTER));
        assertThat(adapter).as("the adapter of %s", device).containsEntry("shaderF16", device.equals("lavapipe"));
        var kernels = new LinkedHashMap<String, Object>();
        for (var kernel : (List<Map<String, Object>>) requireNonNull(page.evaluate(KERNELS)))
            kernels.put((String) requireNonNull(kernel.get("operation")), requireNonNull(kernel.get("kernel")));
        return new RecordedDevice(device, chromium.browser().version(), adapter, kernels);
    }

    /** To DEVICE.json in a folder. */
    void write(Path folder) throws IOException {
        var json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(folder.resolve(device + ".json"), json.writeValueAsString(this) + "\n");
    }
}
