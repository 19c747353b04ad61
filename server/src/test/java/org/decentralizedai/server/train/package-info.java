@NullMarked
package org.decentralizedai.server.train;

import org.jspecify.annotations.NullMarked;
