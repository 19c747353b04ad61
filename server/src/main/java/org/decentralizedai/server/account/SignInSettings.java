package org.decentralizedai.server.account;

import java.net.URI;
import java.util.List;
import org.decentralizedai.billing.ethereum.Chain;
import org.decentralizedai.billing.limit.Rate;
import org.jspecify.annotations.Nullable;

/**
 * How people sign in; {@code signIn} in the settings file.
 *
 * @param chains on which wallets may be; those with a node's address (rpc) admit smart wallets, too
 * @param triesPerMinute of one address; addresses of this machine are not limited
 */
public record SignInSettings(List<Chain> chains, int triesPerMinute) {
    public SignInSettings {
        chains = List.copyOf(chains);
        if (chains.isEmpty()) throw new IllegalArgumentException("signIn.chains must name one chain at least");
        if (triesPerMinute <= 0)
            throw new IllegalArgumentException("signIn.triesPerMinute must be > 0: " + triesPerMinute);
    }

    /** Ethereum, key pairs only. */
    public static SignInSettings defaults() {
        return new SignInSettings(List.of(new Chain(1, "Ethereum", null)), 30);
    }

    /** @throws IllegalArgumentException when the world could come with a development chain's wallets */
    public void check(@Nullable URI publicUrl) {
        if (publicUrl != null && chains.stream().anyMatch(chain -> chain.id() == Chain.DEVELOPMENT))
            throw new IllegalArgumentException(
                    "chain " + Chain.DEVELOPMENT + " is for development: it can't be used with a publicUrl");
    }

    Rate rate() {
        return new Rate(triesPerMinute, triesPerMinute);
    }
}
