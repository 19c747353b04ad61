package org.decentralizedai.compress;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * No bytes make a decoder do anything but give all values or throw {@link IllegalArgumentException}, and decodeAdd accepts what
 * decode accepts. Without JAZZER_FUZZ it replays; this searches:
 *
 * <pre>
 * JAZZER_FUZZ=1 mvn -Dfast test -pl shard-service/core -am -Dtest=UpdateCodecFuzzTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -DtestArgs="-Djdk.attach.allowAttachSelf=true -XX:+EnableDynamicAgentLoading"
 * </pre>
 */
class UpdateCodecFuzzTest {
    @FuzzTest(maxDuration = "60s")
    void decode_anyBytes_onlyIllegalArgument(FuzzedDataProvider data) {
        var encoding = data.pickValue(UpdateEncoding.values());
        int values = data.consumeInt(0, 3 * TopForm.CHUNK);
        int parts = data.consumeInt(1, 4);
        var slice = new Slice(data.consumeInt(0, parts - 1), parts);
        byte[] encoded = data.consumeRemainingAsBytes();
        double[] sum = new double[slice.part() + values * parts]; // as many as leave the slice so long
        boolean added = true;
        try {
            UpdateCodec.decodeAdd(encoding, encoded, slice, 1, sum);
        } catch (IllegalArgumentException refused) {
            added = false;
            for (double value : sum) if (value != 0) throw new AssertionError("a refused update was added", refused);
        }
        try {
            float[] decoded = UpdateCodec.decode(encoding, encoded, values);
            if (!added) throw new AssertionError("decode took what decodeAdd refused");
            if (decoded.length != values) throw new AssertionError(decoded.length + " values");
        } catch (IllegalArgumentException refused) {
            if (added) throw new AssertionError("decodeAdd took what decode refused", refused);
        }
    }
}
