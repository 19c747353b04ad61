/** The documents: every command in them is run. Start reading at {@link DocumentedCommandsIT}. */
@NullMarked
package org.decentralizedai.docs;

import org.jspecify.annotations.NullMarked;
