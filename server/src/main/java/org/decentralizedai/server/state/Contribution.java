package org.decentralizedai.server.state;

/**
 * What an update has in a round's mean.
 *
 * @param position in the log
 * @param share factor of the update in the mean
 */
public record Contribution(int round, long task, String worker, long position, double share) {}
