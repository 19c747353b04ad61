/**
 * Whether a worker has done what it says. An update without error feedback is a pure function of its task, so that whoever
 * computes the task again can compare. Here is what is pure: how near two updates are ({@link Agreement}), which nearness passes
 * ({@link Tolerance}), and how often an account is looked at ({@link Trust}).
 */
@NullMarked
package org.decentralizedai.server.verify;

import org.jspecify.annotations.NullMarked;
