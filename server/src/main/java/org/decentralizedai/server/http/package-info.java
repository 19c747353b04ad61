/**
 * The HTTP side: the site and the shards as files through Jetty, figures, health, metrics, downloads and the operator's commands
 * as routes. Start reading at {@link WebServer}.
 */
@NullMarked
package org.decentralizedai.server.http;

import org.jspecify.annotations.NullMarked;
