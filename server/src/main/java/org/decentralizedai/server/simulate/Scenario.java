package org.decentralizedai.server.simulate;

import org.decentralizedai.server.train.CorpusRequest;
import org.decentralizedai.server.train.Recipe;
import org.decentralizedai.server.train.Replication;

/**
 * What is simulated.
 *
 * @param model nano, tiny, small, base or the path of a config.json
 * @param auditors of the server, each as fast as the median worker; a part of one is so much slower; 0: there are none
 * @param replicas of which tasks second workers compute updates again
 * @param closingSeconds that the coordinator takes to close a round
 * @param tokens accepted tokens after which the run ends, at the end of a round
 * @param seed of everything that is drawn by lot
 */
record Scenario(
        String model,
        CorpusRequest corpus,
        Recipe recipe,
        Variant variant,
        Crowd crowd,
        double auditors,
        Replication replicas,
        double closingSeconds,
        long tokens,
        long seed) {

    /** Without replicas. */
    Scenario(
            String model,
            CorpusRequest corpus,
            Recipe recipe,
            Variant variant,
            Crowd crowd,
            double auditors,
            long tokens,
            long seed) {
        this(model, corpus, recipe, variant, crowd, auditors, Replication.NEVER, tokens, seed);
    }

    /** Rounds being closed in no time. */
    Scenario(
            String model,
            CorpusRequest corpus,
            Recipe recipe,
            Variant variant,
            Crowd crowd,
            double auditors,
            Replication replicas,
            long tokens,
            long seed) {
        this(model, corpus, recipe, variant, crowd, auditors, replicas, 0, tokens, seed);
    }

    Scenario with(Recipe recipe) {
        return new Scenario(model, corpus, recipe, variant, crowd, auditors, replicas, closingSeconds, tokens, seed);
    }

    Scenario with(Variant variant) {
        return new Scenario(model, corpus, recipe, variant, crowd, auditors, replicas, closingSeconds, tokens, seed);
    }

    Scenario with(Crowd crowd) {
        return new Scenario(model, corpus, recipe, variant, crowd, auditors, replicas, closingSeconds, tokens, seed);
    }

    Scenario withAuditors(double auditors) {
        return new Scenario(model, corpus, recipe, variant, crowd, auditors, replicas, closingSeconds, tokens, seed);
    }

    Scenario withClosingSeconds(double seconds) {
        return new Scenario(model, corpus, recipe, variant, crowd, auditors, replicas, seconds, tokens, seed);
    }

    /** Whether anybody computes updates again. */
    boolean verifies() {
        return auditors > 0 || replicas == Replication.ALWAYS;
    }

    /**
     * The workers.
     *
     * @param workers at any time
     * @param churn probability that a worker leaves for ever in the midst of a task; a new one joins in its place
     * @param farewell whether it sends the steps that it has done before it leaves
     * @param joinSeconds until it does
     * @param tokensPerSecond median speed of a worker
     * @param spread standard deviation of the logarithm of the speeds
     * @param attackers share of the workers that are dishonest
     * @param honestFirst tasks that those compute before their first lie
     * @param colluding whether those act in league
     */
    record Crowd(
            int workers,
            double churn,
            boolean farewell,
            double joinSeconds,
            double tokensPerSecond,
            double spread,
            Link link,
            double attackers,
            Attack attack,
            int honestFirst,
            boolean colluding) {

        /** Who leaves sends nothing. */
        Crowd(
                int workers,
                double churn,
                double joinSeconds,
                double tokensPerSecond,
                double spread,
                Link link,
                double attackers,
                Attack attack,
                int honestFirst,
                boolean colluding) {
            this(
                    workers,
                    churn,
                    false,
                    joinSeconds,
                    tokensPerSecond,
                    spread,
                    link,
                    attackers,
                    attack,
                    honestFirst,
                    colluding);
        }

        Crowd {
            if (workers <= 0) throw new IllegalArgumentException("workers must be > 0: " + workers);
            if (!(churn >= 0) || churn > 0.95) throw new IllegalArgumentException("churn must be in 0..0.95: " + churn);
            if (!(joinSeconds >= 0)) throw new IllegalArgumentException("joinSeconds must be >= 0: " + joinSeconds);
            if (!(tokensPerSecond > 0) || !(spread >= 0))
                throw new IllegalArgumentException(
                        "must be tokensPerSecond > 0, spread >= 0: " + tokensPerSecond + ", " + spread);
            if (!(attackers >= 0) || attackers > 1)
                throw new IllegalArgumentException("attackers must be in 0..1: " + attackers);
        }

        Crowd withHonestFirst(int tasks) {
            return new Crowd(
                    workers,
                    churn,
                    farewell,
                    joinSeconds,
                    tokensPerSecond,
                    spread,
                    link,
                    attackers,
                    attack,
                    tasks,
                    colluding);
        }

        /** How many of the workers are: at least the share. */
        int dishonest() {
            return (int) Math.ceil(attackers * workers - 1e-9);
        }
    }

    Scenario {
        if (!(closingSeconds >= 0))
            throw new IllegalArgumentException("closingSeconds must be >= 0: " + closingSeconds);
        if (!(auditors >= 0)) throw new IllegalArgumentException("auditors must be >= 0: " + auditors);
        if ((auditors > 0 || replicas == Replication.ALWAYS)
                && (recipe.feedback() > 0 || recipe.encoding().sparse() || variant.inner() == Inner.ADAMW_CARRIED))
            throw new IllegalArgumentException(
                    "what depends on more than its task cannot be audited, nor what drops values: feedback, ADAMW_CARRIED, TOP");
        if (tokens <= 0) throw new IllegalArgumentException("tokens must be > 0: " + tokens);
    }
}
