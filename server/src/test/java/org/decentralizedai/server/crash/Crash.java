package org.decentralizedai.server.crash;

/** The process has just ended. An error, so that nothing on the way goes on after it. */
final class Crash extends Error {
    private static final long serialVersionUID = 1;

    Crash(CrashPoint point) {
        super("crash at " + point);
    }
}
