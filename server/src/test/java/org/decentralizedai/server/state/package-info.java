@NullMarked
package org.decentralizedai.server.state;

import org.jspecify.annotations.NullMarked;
