/**
 * What strangers are told when something is refused: a code and a sentence, never a stack trace. {@link
 * org.decentralizedai.server.error.ErrorResponses} is the one place that turns codes into statuses and close codes.
 */
@NullMarked
package org.decentralizedai.server.error;

import org.jspecify.annotations.NullMarked;
