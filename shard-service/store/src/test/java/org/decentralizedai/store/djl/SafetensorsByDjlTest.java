package org.decentralizedai.store.djl;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import org.decentralizedai.store.checkpoint.Safetensors;
import org.junit.jupiter.api.Test;

/** DJL's own reader as a second opinion on our files. */
class SafetensorsByDjlTest {
    @Test
    void write_anyModel_djlReadsTheSameTensors() throws IOException {
        ParameterLayout layout = ParameterLayout.of(Models.PLAIN_UNTIED);
        float[] weights = Models.weights(Models.PLAIN_UNTIED);
        var file = new ByteArrayOutputStream();
        Safetensors.write(file, layout, weights, Map.of("round", "1"));
        try (var manager = Torch.manager();
                NDList list = NDList.decode(manager, file.toByteArray())) {
            Map<String, NDArray> arrays =
                    list.stream().collect(Collectors.toMap(NDArray::getName, Function.identity()));
            assertThat(arrays).hasSize(layout.parameters().size());
            int at = 0;
            for (Parameter p : layout.parameters()) {
                NDArray array = requireNonNull(arrays.get(p.name()), p.name());
                assertThat(array.getShape().dimension()).isEqualTo(p.vector() ? 1 : 2);
                assertThat(array.toFloatArray()).isEqualTo(Arrays.copyOfRange(weights, at, at += p.size()));
            }
        }
    }
}
