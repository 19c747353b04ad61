/**
 * What accepted work earns, and who has it. {@link CreditRule} counts, {@link CreditLedger} books and holds back, the other
 * classes are what a public page and a contributor's own page show. An account is whoever holds a worker's key; it is known by
 * the key's hash. All classes are thread-safe. Start reading at {@link CreditLedger}.
 */
@NullMarked
package org.decentralizedai.server.credit;

import org.jspecify.annotations.NullMarked;
