/**
 * What all edges share: the seam of {@link org.decentralizedai.server.edge.Routes}, and what strangers are told when something is
 * refused (a code and a sentence, never a stack trace). {@link org.decentralizedai.server.edge.ErrorResponses} is the one place
 * that turns codes into statuses and close codes.
 */
@NullMarked
package org.decentralizedai.server.edge;

import org.jspecify.annotations.NullMarked;
