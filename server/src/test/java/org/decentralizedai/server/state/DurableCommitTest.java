package org.decentralizedai.server.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What H2 has forced is found again when the process dies. H2 2.5.252 writes a chunk into space that has become free and then a
 * header that names the chunk before it; whoever opens the file follows the header and loses up to twenty commits. Space becomes free
 * after 45 seconds, here at once.
 */
final class DurableCommitTest {
    private static final int COMMITS = 40;
    private static final String OPTIONS = ";MODE=PostgreSQL;WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE";

    @TempDir
    Path folder;

    @Test
    void commitThatWasForced_spaceUsedAgain_isThereAfterAKill() throws IOException, SQLException {
        try (var database = Database.open("jdbc:h2:async:" + folder.resolve("run") + OPTIONS + ";RETENTION_TIME=0")) {
            var jdbi = database.jdbi();
            jdbi.useHandle(handle -> handle.execute("create table counter (n int primary key, filling varchar)"));
            for (int n = 0; n < COMMITS; n++) {
                int next = n;
                jdbi.useHandle(handle -> handle.execute(
                        "insert into counter values (?, repeat('x', ?))",
                        next,
                        next % 37 * 50)); // chunks of many sizes
                jdbi.useHandle(handle -> handle.execute("delete from counter where n < ?", next - 10));
                database.sync();
                assertThat(afterAKill()).isEqualTo(n);
            }
        }
    }

    /** The last commit in a copy of the file as it is now. */
    private int afterAKill() throws IOException, SQLException {
        Files.copy(folder.resolve("run.mv.db"), folder.resolve("copy.mv.db"), StandardCopyOption.REPLACE_EXISTING);
        try (var connection = DriverManager.getConnection("jdbc:h2:" + folder.resolve("copy") + OPTIONS);
                var statement = connection.createStatement();
                var result = statement.executeQuery("select max(n) from counter")) {
            result.next();
            return result.getInt(1);
        }
    }
}
