package org.decentralizedai.billing.pool;

import java.math.BigInteger;

/** Wei ever, of all purses and providers together, as of some block. */
record PoolTotals(BigInteger deposited, BigInteger exited, BigInteger spent, BigInteger claimed) {}
