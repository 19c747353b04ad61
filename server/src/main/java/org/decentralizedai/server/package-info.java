/**
 * The coordinator as a program. Start reading at {@link ServerMain}, then {@link Server}, where everything is wired by hand.
 */
@NullMarked
package org.decentralizedai.server;

import org.jspecify.annotations.NullMarked;
