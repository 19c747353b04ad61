/**
 * The edge of signing in. Routes that belong to a signed-in person ask {@link org.decentralizedai.server.account.SignedIn} whose
 * account it is; it also refuses what another site's page makes a browser send.
 */
@NullMarked
package org.decentralizedai.server.account;

import org.jspecify.annotations.NullMarked;
