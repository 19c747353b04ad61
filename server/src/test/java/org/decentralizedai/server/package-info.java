@NullMarked
package org.decentralizedai.server;

import org.jspecify.annotations.NullMarked;
