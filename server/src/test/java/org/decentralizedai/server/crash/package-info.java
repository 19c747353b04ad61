/**
 * Ends a coordinator at named points of an update's way and asks whether anything that it acknowledged is lost or counted twice.
 * Start reading at {@link CrashTest}; {@link CrashPoint} has the points and {@link Disk} what a power cut takes away.
 */
@NullMarked
package org.decentralizedai.server.crash;

import org.jspecify.annotations.NullMarked;
