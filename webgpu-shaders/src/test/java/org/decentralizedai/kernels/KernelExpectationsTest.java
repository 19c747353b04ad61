package org.decentralizedai.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That the expectations can fail: a device that is slightly wrong must not pass. */
class KernelExpectationsTest {

    static List<Expectation> expectations() {
        return KernelExpectations.all();
    }

    @Test
    void names_areUnique() {
        assertThat(KernelExpectations.all()).extracting(Expectation::name).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("expectations")
    void reference_meetsItself(Expectation expectation) {
        assertThat(expectation.error(new ReferenceKernels(), 1)).isZero();
    }

    @ParameterizedTest
    @MethodSource("expectations")
    void deviceWhoseOperationDoesNothing_notMet(Expectation expectation) {
        assertThat(expectation.error(idle(), 1)).isNotNaN().doesNotMatch(expectation::met);
    }

    @ParameterizedTest
    @MethodSource("expectations")
    void deviceThatAnswersNaN_notMet(Expectation expectation) {
        assertThat(expectation.error(reading(x -> Float.NaN), 1)).doesNotMatch(expectation::met);
    }

    private static Kernels idle() {
        return around((reference, method, arguments) -> switch (method.getName()) {
            case "allocate", "allocateTokens", "allocateHalves", "free", "read", "readBytes" ->
                method.invoke(reference, arguments);
            case "upload" -> uploadUnlessTested(reference, method, arguments);
            default -> null;
        });
    }

    /** Uploading from bytes is itself under test; from floats it provides the inputs. */
    private static @Nullable Object uploadUnlessTested(Kernels reference, Method method, Object[] arguments)
            throws Exception {
        return arguments[1] instanceof byte[] ? null : method.invoke(reference, arguments);
    }

    private static Kernels reading(UnaryOperator<Float> change) {
        return around((reference, method, arguments) -> {
            @Nullable Object result = method.invoke(reference, arguments);
            if (result instanceof float[] values)
                for (int i = 0; i < values.length; i++) values[i] = change.apply(values[i]);
            if (result instanceof byte[] bytes)
                bytes[bytes.length / 2]++; // there is no NaN of bytes: one is wrong by one
            return result;
        });
    }

    private interface Around {
        @Nullable
        Object call(Kernels reference, Method method, Object[] arguments) throws Exception;
    }

    private static Kernels around(Around around) {
        var reference = new ReferenceKernels();
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(),
                new Class<?>[] {Kernels.class},
                (proxy, method, arguments) -> around.call(reference, method, arguments));
    }
}
