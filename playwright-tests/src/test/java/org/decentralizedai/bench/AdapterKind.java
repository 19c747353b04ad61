package org.decentralizedai.bench;

import java.util.Locale;
import org.decentralizedai.browser.Chromium;

/** Which adapter is to be measured. Chromium takes another one without a word, so what it took is compared with it. */
enum AdapterKind {
    /** Chromium's own renderer on the processor. */
    SWIFTSHADER,
    /** Mesa's renderer on the processor, in a Chromium that has it under SwiftShader's name: it can f16, SwiftShader can't. */
    LAVAPIPE,
    /** A graphics card. */
    GPU;

    Chromium start() {
        return this == GPU ? Chromium.withGpu() : Chromium.withWebGpu();
    }

    /** @throws IllegalStateException when Chromium took another */
    void require(AdapterSeen seen) {
        boolean software = seen.description().toLowerCase(Locale.ROOT).matches(".*(swiftshader|llvmpipe|lavapipe).*")
                || seen.architecture().contains("swiftshader");
        boolean right = (this != GPU) == software && (this == GPU || seen.shaderF16() == (this == LAVAPIPE));
        if (!right)
            throw new IllegalStateException("wanted the adapter " + name().toLowerCase(Locale.ROOT)
                    + ", but this Chromium took another: " + seen + ". Name another Chromium by CHROMIUM=, or another"
                    + " adapter by --adapter");
    }
}
