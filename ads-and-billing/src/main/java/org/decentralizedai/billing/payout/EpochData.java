package org.decentralizedai.billing.payout;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/**
 * What is published of an epoch: what it was given and what it computed of that. JSON; wei and micro-credits are strings of digits,
 * since no reader may round them. Its hash is of the bytes as they were published.
 */
public record EpochData(int version, EpochInputs given, EpochOutcome computed) {
    public static final int VERSION = 1;

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .addModule(new SimpleModule().addSerializer(BigInteger.class, ToStringSerializer.instance))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    public EpochData {
        if (version != VERSION) throw new IllegalArgumentException("only version " + VERSION + " is known: " + version);
    }

    public static EpochData of(EpochInputs inputs) {
        return new EpochData(VERSION, inputs, EpochRule.outcome(inputs));
    }

    public byte[] bytes() {
        return JSON.writeValueAsBytes(this);
    }

    /** @throws IllegalArgumentException when it is no such data */
    public static EpochData read(byte[] published) {
        try {
            var data = JSON.readValue(published, EpochData.class);
            if (data == null || data.given() == null || data.computed() == null)
                throw new IllegalArgumentException("this is no epoch's data");
            return data;
        } catch (JacksonException e) {
            throw new IllegalArgumentException("this is no epoch's data: " + e.getOriginalMessage(), e);
        }
    }

    /** SHA-256, 64 hex digits. */
    public static String hash(byte[] published) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(published));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
