package org.decentralizedai.billing.ethereum;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * A chain on which wallets may be when they sign in.
 *
 * @param id by EIP-155, such as 1
 * @param name for people
 * @param rpc of a node that smart wallets are asked through (eth_call); null: they can't sign in on this chain. May hold a secret:
 *     it is printed nowhere
 */
public record Chain(long id, String name, @Nullable URI rpc) {
    /** Of anvil and hardhat. Its keys are known to everybody. */
    public static final long DEVELOPMENT = 31_337;

    public Chain {
        if (id <= 0) throw new IllegalArgumentException("a chain's id must be > 0: " + id);
        if (name.isBlank()) throw new IllegalArgumentException("a chain must have a name: " + id);
    }

    @Override
    public String toString() {
        return name + " (" + id + ")";
    }
}
