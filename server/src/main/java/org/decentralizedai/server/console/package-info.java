/**
 * What the console on the site asks for: {@code /api/console/...}. Who is signed in is told by a function from a request to the id of
 * the account, which refuses strangers. Start reading at {@link org.decentralizedai.server.console.ConsoleRoutes}.
 */
@NullMarked
package org.decentralizedai.server.console;

import org.jspecify.annotations.NullMarked;
