package org.decentralizedai.billing.database;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Lends connections to one thread at a time, for an H2 file. H2's MVStore writes a chunk by taking the state of one table's map after
 * the other ({@code MVStore.collectChangedMapRoots}); what another thread writes meanwhile is in the chunk by halves, even a change
 * without the entry of the undo log that would take it back, and a process that is killed before the next chunk is left with that.
 * While one thread has the database nothing can come between.
 *
 * <p>A connection is closed by the thread that it was lent to. A thread may have several. Thread-safe.
 */
public final class OneAtATime implements DataSource {
    private final DataSource all;
    private final ReentrantLock turn = new ReentrantLock(true);

    public OneAtATime(DataSource all) {
        this.all = all;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return lend(all::getConnection);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return lend(() -> all.getConnection(user, password));
    }

    private interface Opening {
        Connection open() throws SQLException;
    }

    private Connection lend(Opening opening) throws SQLException {
        turn.lock();
        boolean lent = false;
        try {
            var connection = opening.open();
            var loan = (Connection) Proxy.newProxyInstance(
                    OneAtATime.class.getClassLoader(), new Class<?>[] {Connection.class}, new Loan(connection, turn));
            lent = true;
            return loan;
        } finally {
            if (!lent) turn.unlock();
        }
    }

    /** Ends the turn when the connection is closed. */
    private static final class Loan implements java.lang.reflect.InvocationHandler {
        private final Connection connection;
        private final ReentrantLock turn;
        private boolean ended;

        Loan(Connection connection, ReentrantLock turn) {
            this.connection = connection;
            this.turn = turn;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            boolean last = method.getName().equals("close") && !ended;
            if (last) ended = true;
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            } finally {
                if (last) turn.unlock();
            }
        }
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return type.isInstance(all) ? type.cast(all) : all.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(all) || all.isWrapperFor(type);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return all.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter writer) throws SQLException {
        all.setLogWriter(writer);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        all.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return all.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        return Logger.getLogger(Logger.GLOBAL_LOGGER_NAME);
    }
}
