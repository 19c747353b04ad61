package org.decentralizedai.billing.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that don't start: shell scripts in their place. */
@Timeout(60)
final class DevChainTest {
    @TempDir
    Path folder;

    private Path node(String script) throws IOException {
        var node = Files.writeString(folder.resolve("node"), "#!/bin/sh\n" + script + "\n");
        assertThat(node.toFile().setExecutable(true)).isTrue();
        return node;
    }

    @Test
    void start_nodeNeverListens_isGivenUpAndEnded() throws Exception {
        var silent = node("echo thinking; read _");
        assertThatThrownBy(() -> DevChain.start(silent, 0, null, Duration.ofMillis(300)))
                .hasMessageContaining("did not start within PT0.3S");
        for (var child : ProcessHandle.current().children().toList()) {
            if (child.info().commandLine().orElse("").contains(silent.toString()))
                child.onExit().join(); // which would time out
        }
    }

    @Test
    void start_nodeEnds_saysWhatItSaid() throws Exception {
        var broken = node("echo no such option; exit 1");
        assertThatThrownBy(() -> DevChain.start(broken))
                .hasMessage("anvil did not start")
                .cause()
                .hasMessageContaining("no such option");
    }
}
