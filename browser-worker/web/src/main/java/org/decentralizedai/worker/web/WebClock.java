package org.decentralizedai.worker.web;

import org.decentralizedai.worker.Clock;
import org.teavm.jso.browser.Performance;

/** The browser's monotonic clock. */
final class WebClock implements Clock {
    @Override
    public double millis() {
        return Performance.now();
    }
}
