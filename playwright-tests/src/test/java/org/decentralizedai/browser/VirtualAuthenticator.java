package org.decentralizedai.browser;

import com.google.gson.JsonObject;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;

/** A device that keeps passkeys for a page, and whose owner always puts the finger on it. */
final class VirtualAuthenticator {
    private final CDPSession session;
    private final String id;

    VirtualAuthenticator(Page page) {
        session = page.context().newCDPSession(page);
        session.send("WebAuthn.enable");
        var options = new JsonObject();
        options.addProperty("protocol", "ctap2");
        options.addProperty("transport", "internal");
        options.addProperty("hasResidentKey", true);
        options.addProperty("hasUserVerification", true);
        options.addProperty("isUserVerified", true);
        options.addProperty("automaticPresenceSimulation", true);
        var parameters = new JsonObject();
        parameters.add("options", options);
        id = session.send("WebAuthn.addVirtualAuthenticator", parameters)
                .get("authenticatorId")
                .getAsString();
    }

    /** The owner is not recognised from now on. */
    void forgetOwner() {
        var parameters = new JsonObject();
        parameters.addProperty("authenticatorId", id);
        parameters.addProperty("isUserVerified", false);
        session.send("WebAuthn.setUserVerified", parameters);
    }

    void remove() {
        var parameters = new JsonObject();
        parameters.addProperty("authenticatorId", id);
        session.send("WebAuthn.removeVirtualAuthenticator", parameters);
        session.detach();
    }
}
