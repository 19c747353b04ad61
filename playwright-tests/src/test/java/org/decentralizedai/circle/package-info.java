/** The whole circle: a real server, real browsers that train, and somebody who chats. Start reading at {@link EndToEndIT}. */
@NullMarked
package org.decentralizedai.circle;

import org.jspecify.annotations.NullMarked;
