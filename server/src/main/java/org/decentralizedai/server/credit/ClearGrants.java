package org.decentralizedai.server.credit;

import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;

/**
 * Which of an account's grants count when it is asked whether an older one may be paid: those whose lot was not drawn, and those whose audit
 * has agreed. One that waits for its audit, whose audit was missed, or that only another volunteer has vouched for shows nothing. Nor
 * does, as yet, what came after one that waits: what was held when a fake was sent is held until its verdict.
 */
final class ClearGrants {
    private static final String CLEAR = """
            from credit_entry g where g.account = :account and g.step = 0 and g.number > :after and g.number <= :upTo
            and not exists (select 1 from audit where audit.task_id = g.task and audit.worker = g.account
            and audit.state <> 'AGREED') order by g.number desc limit\s""";
    private static final String OLDEST_WAITING = """
            select min(g.number) from credit_entry g join audit on audit.task_id = g.task and audit.worker = g.account
            where g.account = :account and g.step = 0 and g.number > :after and audit.state = 'DRAWN'""";

    private ClearGrants() {}

    /** Number of the grant that is the {@code count}-th that counts, from the newest on; empty when there are not so many. */
    static OptionalLong fromNewest(Handle handle, String account, long after, long upTo, int count) {
        long decided = handle.createQuery(OLDEST_WAITING)
                .bind("account", account)
                .bind("after", after)
                .mapTo(Long.class)
                .findOne()
                .map(waiting -> Math.min(upTo, waiting - 1))
                .orElse(upTo);
        return handle
                .createQuery("select g.number " + CLEAR + "1 offset " + (count - 1))
                .bind("account", account)
                .bind("after", after)
                .bind("upTo", decided)
                .mapTo(Long.class)
                .stream()
                .mapToLong(Long::longValue)
                .findFirst();
    }

    /** How many are clear, counted up to {@code most}. */
    static int count(Handle handle, String account, long after, long upTo, int most) {
        return handle.createQuery("select count(*) from (select g.number " + CLEAR + most + ") newest")
                .bind("account", account)
                .bind("after", after)
                .bind("upTo", upTo)
                .mapTo(Integer.class)
                .one();
    }
}
