/** How a database is used, whatever is kept in it. */
@NullMarked
package org.decentralizedai.billing.database;

import org.jspecify.annotations.NullMarked;
