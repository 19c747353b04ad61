package org.decentralizedai.billing.limit;

/**
 * How much somebody may ask; a whole minute's worth at once.
 *
 * @param tokensPerMinute of prompts and of what answers may have at most; what they don't have is given back
 */
public record Rate(long requestsPerMinute, long tokensPerMinute) {
    public Rate {
        if (requestsPerMinute <= 0 || tokensPerMinute <= 0)
            throw new IllegalArgumentException(
                    "a rate must be > 0: requests=" + requestsPerMinute + ", tokens=" + tokensPerMinute);
    }
}
