/**
 * What requests cost. {@link org.decentralizedai.billing.meter.Meter} puts the greatest possible price aside before the first token,
 * counts what is sent, and settles by that count on every way out; what a dead process left open is settled when the next one
 * starts, by the count that was on the disk, and what the database did not take is tried again every minute.
 */
@NullMarked
package org.decentralizedai.billing.meter;

import org.jspecify.annotations.NullMarked;
