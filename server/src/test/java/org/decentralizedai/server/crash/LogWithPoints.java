package org.decentralizedai.server.crash;

import org.decentralizedai.server.state.GradientLog;
import org.decentralizedai.server.state.LoggedUpdate;

/** A log with crash points before and after. */
record LogWithPoints(GradientLog log, Power power) implements GradientLog {
    private static final String AUDITOR = "auditor"; // sends what replaces a fake

    @Override
    public long append(LoggedUpdate update) {
        power.reach(CrashPoint.RECEIVED);
        long position = log.append(update);
        power.reach(CrashPoint.RECORD_FORCED);
        if (update.worker().equals(AUDITOR)) power.reach(CrashPoint.FAKE_REPLACED);
        if (update.late() > 0) power.reach(CrashPoint.LATE_RECORD_FORCED);
        return position;
    }

    @Override
    public LoggedUpdate read(long position) {
        return log.read(position);
    }

    @Override
    public boolean holds(long position) {
        return log.holds(position);
    }

    @Override
    public void replay(Sink sink) {
        log.replay((position, update) -> {
            sink.accept(position, update);
            power.reach(CrashPoint.TAKING_OVER);
        });
    }

    @Override
    public void trim(int round) {
        power.reach(CrashPoint.ROUND_FORCED);
        log.trim(round);
        power.reach(CrashPoint.LOG_TRIMMED);
    }

    @Override
    public void close() {
        log.close();
    }
}
