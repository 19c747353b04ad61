package org.decentralizedai.worker.web;

import org.teavm.jso.JSFunctor;
import org.teavm.jso.JSObject;
import org.teavm.jso.JSProperty;

/** What the page posts; the fields that are there depend on the type. */
interface Command extends JSObject {
    @JSProperty
    String getType();

    @JSProperty
    String getUrl();

    @JSProperty
    String getKey();

    @JSProperty
    double getPower();

    @JSProperty
    boolean isOnProcessor();

    @JSFunctor
    interface Handler extends JSObject {
        void on(Command command);
    }
}
