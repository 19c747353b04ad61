package org.decentralizedai.billing;

import net.jqwik.api.lifecycle.LifecycleContext;
import net.jqwik.api.lifecycle.SkipExecutionHook;

/** Runs a property with {@code bin/test --slow} only. */
public final class OnlySlow implements SkipExecutionHook {
    @Override
    public SkipResult shouldBeSkipped(LifecycleContext context) {
        return Boolean.getBoolean("slow") ? SkipResult.doNotSkip() : SkipResult.skip("needs -Dslow=true");
    }
}
