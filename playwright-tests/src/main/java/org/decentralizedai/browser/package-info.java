/**
 * Real browsers: {@link Chromium} starts them for tests and for {@link Volunteers}, who contribute to a coordinator on a
 * machine that has no visitor.
 */
@NullMarked
package org.decentralizedai.browser;

import org.jspecify.annotations.NullMarked;
