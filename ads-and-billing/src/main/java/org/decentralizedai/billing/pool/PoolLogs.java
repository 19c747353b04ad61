package org.decentralizedai.billing.pool;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.pool.PoolEvent.Kind;
import org.decentralizedai.billing.pool.PoolEvent.Place;
import org.web3j.abi.EventEncoder;
import org.web3j.abi.datatypes.Event;
import org.web3j.protocol.core.methods.response.Log;
import org.web3j.utils.Numeric;

/** Reads the contract's logs. */
final class PoolLogs {
    private static final Map<String, BiFunction<Place, Log, PoolEvent>> READERS = Map.ofEntries(
            reader(ComputePool.DEPOSITED_EVENT, PoolLogs::deposited),
            reader(ComputePool.EXITREQUESTED_EVENT, PoolLogs::exitRequested),
            reader(ComputePool.EXITCANCELLED_EVENT, PoolLogs::exitCancelled),
            reader(ComputePool.EXITED_EVENT, PoolLogs::exited),
            reader(ComputePool.AUTHORISED_EVENT, PoolLogs::authorised),
            reader(ComputePool.REVOKED_EVENT, PoolLogs::revoked),
            reader(ComputePool.SPENT_EVENT, PoolLogs::spent),
            reader(ComputePool.SPENDINGPROPOSED_EVENT, PoolLogs::spendingProposed),
            reader(ComputePool.CONTESTED_EVENT, PoolLogs::contested),
            reader(ComputePool.ROOTPROPOSED_EVENT, PoolLogs::rootProposed),
            reader(ComputePool.ROOTFINALISED_EVENT, PoolLogs::rootFinalised),
            reader(ComputePool.CLAIMED_EVENT, PoolLogs::claimed));

    private PoolLogs() {}

    private static Map.Entry<String, BiFunction<Place, Log, PoolEvent>> reader(
            Event event, BiFunction<Place, Log, PoolEvent> reader) {
        return Map.entry(EventEncoder.encode(event), reader);
    }

    /** Empty for an event that money does not depend on. */
    static Optional<PoolEvent> read(Log log) {
        var reader = READERS.get(log.getTopics().getFirst());
        if (reader == null) return Optional.empty();
        var place = new Place(
                log.getBlockNumber().longValueExact(),
                log.getBlockHash(),
                log.getTransactionHash(),
                log.getLogIndex().longValueExact());
        return Optional.of(reader.apply(place, log));
    }

    static List<PoolEvent> read(List<Log> logs) {
        return logs.stream().map(PoolLogs::read).flatMap(Optional::stream).toList();
    }

    private static PoolEvent of(Place place, Kind kind, byte[] purse) {
        return new PoolEvent(place, kind, Numeric.toHexString(purse));
    }

    private static PoolEvent deposited(Place place, Log log) {
        var said = ComputePool.getDepositedEventFromLog(log);
        return of(place, Kind.DEPOSITED, said.account)
                .label(Numeric.toHexString(said.label))
                .address(said.owner)
                .amount(said.amount)
                .text(said.payer);
    }

    private static PoolEvent exitRequested(Place place, Log log) {
        var said = ComputePool.getExitRequestedEventFromLog(log);
        return of(place, Kind.EXIT_REQUESTED, said.account)
                .label(Numeric.toHexString(said.label))
                .address(said.owner)
                .amount(said.amount)
                .other(said.readyAt);
    }

    private static PoolEvent exitCancelled(Place place, Log log) {
        var said = ComputePool.getExitCancelledEventFromLog(log);
        return of(place, Kind.EXIT_CANCELLED, said.account)
                .label(Numeric.toHexString(said.label))
                .amount(said.amount);
    }

    private static PoolEvent exited(Place place, Log log) {
        var said = ComputePool.getExitedEventFromLog(log);
        return of(place, Kind.EXITED, said.account)
                .label(Numeric.toHexString(said.label))
                .address(said.owner)
                .amount(said.amount)
                .other(said.requested);
    }

    private static PoolEvent authorised(Place place, Log log) {
        var said = ComputePool.getAuthorisedEventFromLog(log);
        return of(place, Kind.AUTHORISED, said.account).address(said.delegate);
    }

    private static PoolEvent revoked(Place place, Log log) {
        return of(place, Kind.REVOKED, ComputePool.getRevokedEventFromLog(log).account);
    }

    private static PoolEvent spent(Place place, Log log) {
        var said = ComputePool.getSpentEventFromLog(log);
        return of(place, Kind.SPENT, said.account)
                .label(Numeric.toHexString(said.label))
                .amount(said.amount)
                .other(said.cumulative)
                .text(said.voucher ? "voucher" : "posting");
    }

    private static PoolEvent spendingProposed(Place place, Log log) {
        var said = ComputePool.getSpendingProposedEventFromLog(log);
        return new PoolEvent(place, Kind.SPENDING_PROPOSED, null)
                .other(said.number)
                .text(Numeric.toHexString(said.postings));
    }

    private static PoolEvent contested(Place place, Log log) {
        var said = ComputePool.getContestedEventFromLog(log);
        return of(place, Kind.CONTESTED, said.account).label(Numeric.toHexString(said.label));
    }

    private static PoolEvent rootProposed(Place place, Log log) {
        var said = ComputePool.getRootProposedEventFromLog(log);
        String text = Numeric.toHexString(said.root) + " " + said.dataUri;
        return root(place, Kind.ROOT_PROPOSED, said.epoch, said.total).text(text);
    }

    private static PoolEvent rootFinalised(Place place, Log log) {
        var said = ComputePool.getRootFinalisedEventFromLog(log);
        return root(place, Kind.ROOT_FINALISED, said.epoch, said.total).text(Numeric.toHexString(said.root));
    }

    private static PoolEvent root(Place place, Kind kind, BigInteger epoch, BigInteger total) {
        return new PoolEvent(place, kind, null).amount(total).other(epoch);
    }

    private static PoolEvent claimed(Place place, Log log) {
        var said = ComputePool.getClaimedEventFromLog(log);
        return new PoolEvent(place, Kind.CLAIMED, null)
                .address(said.provider)
                .amount(said.amount)
                .other(said.cumulative)
                .text(said.epoch.toString());
    }
}
