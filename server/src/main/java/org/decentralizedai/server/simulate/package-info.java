/**
 * A whole run in one process: the coordinator's own desk, intake, ledgers, log and trainer, the workers' own mathematics and
 * codecs, and between them a clock and links that are simulated. Nothing here knows a rule of training but for a {@code Variant},
 * which names optimisers that production does not have; a scenario says what a recipe, a crowd and a network are, and the
 * simulation says what comes of them. One thread turns events, others only compute tasks; equal scenarios give equal bytes, as far
 * as the kernels do: the exp of the Vector API has other last bits before the JVM has compiled it than after. Start reading at
 * {@link Simulation}; {@link SimulateMain} is the command.
 */
@NullMarked
package org.decentralizedai.server.simulate;

import org.jspecify.annotations.NullMarked;
