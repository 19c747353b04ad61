package org.decentralizedai.billing.pool;

import java.math.BigInteger;

/**
 * A customer who has spent what no deposit backs any more: a reorganisation or an exit took it.
 *
 * @param microCredits so many; until a deposit or a grant has made up for them, nothing stays in his balance
 */
public record Arrears(String customer, BigInteger microCredits) {}
