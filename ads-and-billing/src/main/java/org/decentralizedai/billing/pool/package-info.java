/** The contract that holds customers' ether until it is spent, and providers' until they claim it: settings, reading and writing. */
@NullMarked
package org.decentralizedai.billing.pool;

import org.jspecify.annotations.NullMarked;
