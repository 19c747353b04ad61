package org.decentralizedai.store.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.decentralizedai.model.Parameter;
import org.decentralizedai.model.ParameterLayout;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON header of a safetensors file: for each tensor its type, its shape, and where its bytes begin and end behind the
 * header.
 */
record SafetensorsHeader(List<Entry> inFileOrder, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";
    private static final Set<String> FIELDS = Set.of("dtype", "shape", "data_offsets");
    private static final int MAX_LENGTH = 16 << 20;
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * @param place index of the tensor's first value among the packed weights
     * @param begin byte behind the header
     */
    record Entry(String name, int place, int count, long begin) {
        long end() {
            return begin + (long) Float.BYTES * count;
        }
    }

    /** With its padding. */
    static byte[] of(ParameterLayout layout, Map<String, String> metadata) {
        ObjectNode root = JSON.createObjectNode();
        var sorted = new TreeMap<>(metadata);
        sorted.put("format", "pt");
        sorted.forEach(root.putObject(METADATA)::put);
        long at = 0;
        for (Parameter p : layout.parameters()) {
            ObjectNode tensor = root.putObject(p.name()).put("dtype", "F32");
            ArrayNode shape = tensor.putArray("shape");
            for (long dimension : dimensions(p)) shape.add(dimension);
            long end = at + (long) Float.BYTES * p.size();
            tensor.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] json = JSON.writeValueAsBytes(root);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }

    private static long[] dimensions(Parameter p) {
        return p.vector()
                ? new long[] {p.size()}
                : new long[] {p.shape().rows(), p.shape().columns()};
    }

    static SafetensorsHeader read(InputStream in, long size, ParameterLayout layout) throws IOException {
        byte[] lengthBytes = in.readNBytes(Long.BYTES);
        require(size >= Long.BYTES && lengthBytes.length == Long.BYTES, "the file is shorter than 8 bytes");
        long length =
                ByteBuffer.wrap(lengthBytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        require(
                length >= 2 && length <= MAX_LENGTH && length <= size - Long.BYTES,
                "header length must be in 2.." + Math.min(MAX_LENGTH, size - Long.BYTES) + ": " + length);
        byte[] json = in.readNBytes((int) length);
        require(json.length == length, "the file ends inside its header");
        try {
            return parsed(JSON.readTree(json), size - Long.BYTES - length, layout);
        } catch (JacksonException e) {
            throw new CheckpointException("the header is not the JSON of a safetensors file: " + e.getMessage(), e);
        }
    }

    private static SafetensorsHeader parsed(JsonNode root, long dataBytes, ParameterLayout layout) {
        require(root.isObject(), "the header must be a JSON object");
        Map<String, String> metadata = new TreeMap<>();
        for (var entry : root.path(METADATA).properties())
            metadata.put(entry.getKey(), entry.getValue().stringValue());
        List<Entry> entries = new ArrayList<>();
        int place = 0;
        for (Parameter p : layout.parameters()) {
            require(root.has(p.name()), "tensor is missing: " + p.name());
            entries.add(entry(p, place, root.get(p.name())));
            place += p.size();
        }
        int known = entries.size() + (root.has(METADATA) ? 1 : 0);
        require(root.size() == known, "the file holds " + (root.size() - known) + " tensors that the model has not");
        entries.sort(Comparator.comparingLong(Entry::begin));
        long at = 0;
        for (Entry entry : entries) {
            require(entry.begin() == at, entry.name() + " must begin at byte " + at + ": " + entry.begin());
            at = entry.end();
        }
        require(at == dataBytes, "the tensors have " + at + " bytes, the file has " + dataBytes + " for them");
        return new SafetensorsHeader(List.copyOf(entries), metadata);
    }

    private static Entry entry(Parameter p, int place, JsonNode tensor) {
        for (String field : tensor.propertyNames())
            require(FIELDS.contains(field), p.name() + " has an unknown field: " + field);
        String type = tensor.required("dtype").stringValue();
        require(type.equals("F32"), p.name() + " must be F32: " + type);
        long[] shape = longs(p, tensor.required("shape"));
        require(
                Arrays.equals(shape, dimensions(p)),
                p.name() + " must have shape " + Arrays.toString(dimensions(p)) + ": " + Arrays.toString(shape));
        long[] offsets = longs(p, tensor.required("data_offsets"));
        require(offsets.length == 2, p.name() + " must have two offsets: " + offsets.length);
        var entry = new Entry(p.name(), place, p.size(), offsets[0]);
        // the shape is known to be right, so nothing overflows here
        require(
                offsets[0] >= 0 && offsets[0] <= Safetensors.MAX_FILE && offsets[1] == entry.end(),
                p.name() + " must have " + Float.BYTES * (long) p.size() + " bytes: offsets "
                        + Arrays.toString(offsets));
        return entry;
    }

    private static long[] longs(Parameter p, JsonNode array) {
        require(array.isArray() && array.size() <= 8, p.name() + " needs arrays as shape and data_offsets");
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) values[i] = array.get(i).longValue();
        return values;
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) throw new CheckpointException(otherwise);
    }
}
