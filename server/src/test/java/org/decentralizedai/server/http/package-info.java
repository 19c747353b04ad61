@NullMarked
package org.decentralizedai.server.http;

import org.jspecify.annotations.NullMarked;
