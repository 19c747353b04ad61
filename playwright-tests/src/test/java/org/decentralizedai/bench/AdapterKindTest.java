package org.decentralizedai.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdapterKindTest {
    private static final AdapterSeen SWIFTSHADER = seen("google", "swiftshader", false);
    private static final AdapterSeen LAVAPIPE =
            seen("google", "swiftshader", true); // the names are SwiftShader's there
    private static final AdapterSeen CARD = seen("nvidia", "ampere", true);

    private static AdapterSeen seen(String vendor, String architecture, boolean shaderF16) {
        return AdapterSeen.of(
                "any",
                Map.of("vendor", vendor, "architecture", architecture, "shaderF16", shaderF16, "bindingMiB", 128));
    }

    @Test
    void theWantedAdapter_isTaken() {
        assertThatCode(() -> AdapterKind.SWIFTSHADER.require(SWIFTSHADER)).doesNotThrowAnyException();
        assertThatCode(() -> AdapterKind.LAVAPIPE.require(LAVAPIPE)).doesNotThrowAnyException();
        assertThatCode(() -> AdapterKind.GPU.require(CARD)).doesNotThrowAnyException();
    }

    @Test
    void anyOther_isRefused() {
        refuse(AdapterKind.SWIFTSHADER, LAVAPIPE, CARD);
        refuse(AdapterKind.LAVAPIPE, SWIFTSHADER, CARD);
        refuse(AdapterKind.GPU, SWIFTSHADER, LAVAPIPE);
    }

    private static void refuse(AdapterKind wanted, AdapterSeen... others) {
        for (AdapterSeen other : List.of(others))
            assertThatThrownBy(() -> wanted.require(other))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("CHROMIUM=");
    }
}
