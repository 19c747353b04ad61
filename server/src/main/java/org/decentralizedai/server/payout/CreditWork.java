package org.decentralizedai.server.payout;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.decentralizedai.billing.payout.EpochInputs.Served;
import org.decentralizedai.billing.payout.WorkDone;
import org.decentralizedai.server.train.Promotions.Promoted;
import org.jdbi.v3.core.Handle;

/**
 * Work as the book of credit has it. A key's weight is its released micro-credits of tasks that were done before the served checkpoint's
 * round was opened, replicas among them; held ones count once they are released, forfeited ones never. The server's own generator answers, so that nobody
 * has a weight for serving.
 */
final class CreditWork implements WorkDone {
    private final Supplier<Optional<Promoted>> served;

    CreditWork(Supplier<Optional<Promoted>> served) {
        this.served = served;
    }

    @Override
    public Weights weights(Handle transaction) {
        return served.get()
                .map(promoted -> new Weights(
                        new Served(
                                promoted.round(), promoted.checkpoint().hash().hex()),
                        trained(transaction, promoted),
                        new TreeMap<>()))
                .orElseGet(() -> new Weights(null, new TreeMap<>(), new TreeMap<>()));
    }

    /** Rows of old tasks are deleted: theirs are told by the time, the newer ones by the round that they count in. */
    private static SortedMap<String, BigInteger> trained(Handle transaction, Promoted promoted) {
        long opened = transaction
                .createQuery("select opened_at from training_round where number = :round")
                .bind("round", promoted.round())
                .mapTo(Long.class)
                .findOne()
                .orElse(promoted.decidedAtMillis());
        var weights = new TreeMap<String, BigInteger>();
        transaction
                .createQuery("""
                        select e.account, sum(e.micro_credits) from credit_entry e
                        join credit_entry g on g.account = e.account and g.number = e.number and g.step = 0
                        left join task t on t.id = e.task
                        where e.kind = 'RELEASED' and g.booked_at <= :opened and (t.counts_in is null or t.counts_in < :round)
                        group by e.account having sum(e.micro_credits) > 0""")
                .bind("opened", opened)
                .bind("round", promoted.round())
                .map((row, _) ->
                        Map.entry(row.getString(1), row.getBigDecimal(2).toBigIntegerExact()))
                .forEach(each -> weights.put(each.getKey(), each.getValue()));
        return weights;
    }

    /** As the keys' holders named them. Nobody's wallet is published because he signed in with it. */
    @Override
    public Map<String, String> addresses(Handle transaction) {
        var addresses = new TreeMap<String, String>();
        transaction
                .createQuery("select credit_key, address from payout_address")
                .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
                .forEach(each -> addresses.put(each.getKey(), each.getValue()));
        return addresses;
    }
}
