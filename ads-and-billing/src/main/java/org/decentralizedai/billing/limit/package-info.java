/** How much may be asked in a minute. Start reading at {@link org.decentralizedai.billing.limit.RateLimits}. */
@NullMarked
package org.decentralizedai.billing.limit;

import org.jspecify.annotations.NullMarked;
