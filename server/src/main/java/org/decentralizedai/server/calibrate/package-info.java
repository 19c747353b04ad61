/**
 * How far honest updates of one task lie apart, and cheats from them: where the numbers of {@link
 * org.decentralizedai.server.verify.Tolerance} come from. Start reading at {@link CalibrateMain}.
 */
@NullMarked
package org.decentralizedai.server.calibrate;

import org.jspecify.annotations.NullMarked;
