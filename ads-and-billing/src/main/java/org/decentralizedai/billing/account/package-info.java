/**
 * How a person shows that an account is theirs. An account is a {@link org.decentralizedai.billing.key.Customer}; a browser that
 * has shown it holds a session. Start reading at {@link org.decentralizedai.billing.account.Sessions}.
 */
@NullMarked
package org.decentralizedai.billing.account;

import org.jspecify.annotations.NullMarked;
