package org.decentralizedai.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.decentralizedai.server.simulate.SimulateMain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every command that a document shows, in a short form: on free ports, with a small corpus, and ended once it works. A
 * command of a new kind fails here until somebody says how to run it.
 */
class DocumentedCommandsIT {
    @TempDir
    Path folder;

    @Test
    void documents_showCommandsOfKnownKinds() {
        assertThat(Documents.commands())
                .hasSizeGreaterThan(10)
                .allMatch(command -> List.of(
                                "bin/run",
                                "bin/test",
                                "bin/admin",
                                "bin/volunteer",
                                "bin/verify-round",
                                "bin/verify-epoch",
                                "bin/bench",
                                "bin/simulate",
                                "bin/calibrate",
                                "curl ")
                        .stream()
                        .anyMatch(command::startsWith));
    }

    @Test
    void links_leadSomewhere() {
        assertThat(Documents.brokenLinks()).isEmpty();
    }

    @Test
    void testCommands_exist() throws InterruptedException {
        for (String command : commands("bin/test"))
            try (var shell = new Shell(command + " --help", folder)) { // the whole would run this test again
                assertThat(shell.output()).contains("Runs all tests");
            }
    }

    /** The whole is VerifyRoundTest's and PayoutIT's: here no round has been closed, and no epoch. */
    @Test
    void checks_sayWhatIsMissing() throws Exception {
        try (var server = Shell.thatOnlyStarts(
                shortForm("bin/run --port 8080 --data data --model nano", folder.resolve("fresh")), folder)) {
            String url = server.says("ready: ").replaceFirst(".*ready: ", "");
            for (String command : commands("bin/verify-round"))
                try (var shell = Shell.thatOnlyStarts(command.replace("http://localhost:8080", url), folder)) {
                    shell.says("no round was closed yet");
                }
            for (String command : commands("bin/verify-epoch"))
                try (var shell = Shell.thatOnlyStarts(command.replace("http://localhost:8080", url), folder)) {
                    shell.says("/epochs/1.json is not there");
                }
        }
    }

    @Test
    void benchmarks_areThere() throws InterruptedException {
        for (String command : commands("bin/bench"))
            try (var shell = new Shell("bin/bench", folder)) { // a run takes minutes
                assertThat(shell.output().lines()).anyMatch(line -> line.startsWith(command.split(" ")[1] + " "));
            }
    }

    /**
     * With all their arms, but a round or two of each, of the smallest model. The first as a reader runs it; the others in this
     * process, which has the classes loaded and compiled by then.
     */
    @Test
    void simulations_endWithATable() throws Exception {
        Path corpus = Files.writeString(folder.resolve("corpus.txt"), text());
        Path model = Documents.ROOT.resolve("docs/results/pico.json");
        boolean first = true;
        for (String command : commands("bin/simulate")) {
            String shortForm = fewerArms(command)
                    .replaceFirst("--tokens \\d+", "--tokens 2000")
                    .replaceFirst("--workers 1000", "--workers 100")
                    .replaceFirst(" --model \\S+", "")
                    .replaceFirst("--seeds \\S+", "--seeds 1")
                    .replaceFirst(" --corpus-sha256 \\S+", "")
                    .replaceFirst("--corpus \\S+", "--corpus " + corpus + " --model " + model)
                    .replaceAll("--(json|chart) \\S*?([^/ ]+)(?= |$)", "--$1 " + folder + "/$2");
            assertThat(first ? shell(shortForm) : simulated(shortForm))
                    .as(command)
                    .contains("| arm | loss, nats |");
            first = false;
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).anyMatch(file -> file.endsWith(".svg"));
        }
    }

    private String shell(String command) throws InterruptedException {
        try (var shell = new Shell(command, folder)) {
            return shell.output();
        }
    }

    /** Without a shell, whose quotes it would have to understand. */
    private static String simulated(String command) {
        assertThat(command).doesNotContain("'", "\"", "\\", "$");
        String[] words = command.split(" ");
        var said = new StringWriter();
        assertThat(SimulateMain.run(new PrintWriter(said), Arrays.copyOfRange(words, 1, words.length)))
                .as(command + " ended with")
                .isZero();
        return said.toString();
    }

    /** Every fifteenth of a file of arms. */
    private String fewerArms(String command) throws IOException {
        var file = Pattern.compile("--arms (\\S+)").matcher(command);
        if (!file.find()) return command;
        var arms = Files.readAllLines(Documents.ROOT.resolve(file.group(1))).stream()
                .filter(line -> !line.startsWith("#") && !line.isBlank())
                .toList();
        var few = IntStream.range(0, arms.size())
                .filter(i -> i % 15 == 0)
                .mapToObj(arms::get)
                .toList();
        return file.replaceFirst("--arms " + Files.write(folder.resolve("arms.txt"), few));
    }

    @Test
    void calibrations_compare() throws Exception {
        Path corpus = Files.writeString(folder.resolve("corpus.txt"), text());
        for (String command : commands("bin/calibrate")) {
            String shortForm = command.replaceFirst("--tasks \\d+", "--tasks 2")
                    .replaceFirst("--cheats-every \\d+", "--cheats-every 1")
                    .replaceFirst("--seeds \\S+", "--seeds 1")
                    .replaceFirst("--corpus \\S+", "--corpus " + corpus)
                    .replaceAll("--(json|chart) \\S*?([^/ ]+)(?= |$)", "--$1 " + folder + "/$2");
            try (var shell = new Shell(shortForm, folder)) {
                assertThat(shell.output()).contains("| form | pair |");
            }
        }
    }

    @Test
    void runCommands_becomeReady() throws Exception {
        certificate();
        for (String command : commands("bin/run")) {
            if (command.contains("backups")) continue; // run by the operator's story below
            try (var shell =
                    Shell.thatOnlyStarts(shortForm(command, Files.createTempDirectory(folder, "run")), folder)) {
                shell.says(command.contains("--volunteers") ? "contributes" : "ready: http");
            }
        }
    }

    @Test
    void operatorsAndDevelopersCommands_workAgainstARunningServer() throws Exception {
        Path data = folder.resolve("data");
        try (var server =
                Shell.thatOnlyStarts(shortForm("bin/run --port 8080 --data data --model nano", data), folder)) {
            String url = server.says("ready: ").replaceFirst(".*ready: ", "");
            String worker = "";
            for (String command : commands("bin/volunteer")) {
                try (var volunteer = new Shell(command.replace("http://localhost:8080", url), folder)) {
                    worker = volunteer.says("joined run").replaceFirst(".* as (\\S+):.*", "$1");
                }
            }
            String account = "", key = "";
            for (String command : commands("bin/admin")) {
                String said = admin(
                        command.replace("WORKER", worker)
                                .replace("ACCOUNT", account)
                                .replace("KEY", key),
                        data);
                account = found("acct_\\w+", said, account);
                key = found("key_\\w+", said, key);
            }
            String text = found("sk-dai-\\w+", admin("bin/admin --data data make-key " + account, data), "");
            for (String command : commands("curl")) {
                String runnable = command.replace("http://localhost:8080", url).replace("$KEY", text);
                try (var shell = new Shell("curl -sf" + runnable.substring(4), folder)) {
                    assertThat(shell.output()).isNotBlank();
                }
            }
        }
        restore(data);
    }

    /** @return what it said */
    private String admin(String command, Path data) throws InterruptedException {
        try (var shell = Shell.thatOnlyStarts(command.replace("--data data", "--data " + data), folder)) {
            String said = shell.output();
            assertThat(said).contains("{");
            return said;
        }
    }

    private static String found(String pattern, String said, String otherwise) {
        var matcher = Pattern.compile(pattern).matcher(said);
        return matcher.find() ? matcher.group() : otherwise;
    }

    private void restore(Path data) throws Exception {
        String command = commands("bin/run").stream()
                .filter(line -> line.contains("backups"))
                .findFirst()
                .orElseThrow();
        try (var backups = Files.list(data.resolve("backups"))) {
            Path backup = backups.findFirst().orElseThrow();
            try (var shell = Shell.thatOnlyStarts(
                    "bin/run --port 0 " + command.substring(8).replaceFirst("--data \\S+", "--data " + backup),
                    folder)) {
                shell.says("ready: http");
            }
        }
    }

    private static List<String> commands(String program) {
        List<String> all = Documents.commands().stream()
                .filter(command -> command.startsWith(program))
                .toList();
        assertThat(all).as(program).isNotEmpty();
        return all;
    }

    private String shortForm(String command, Path data) throws IOException {
        Path corpus = Files.writeString(folder.resolve("corpus.txt"), text());
        return command.replaceFirst(" --port \\d+", "")
                        .replaceFirst(" --corpus-sha256 \\S+", "")
                        .replaceFirst(" --corpus \\S+", "")
                        .replaceFirst(" --data \\S+", "")
                        .replace("fullchain.pem", folder + "/fullchain.pem")
                        .replace("key.pem", folder + "/key.pem")
                + " --port 0 --data " + data + " --corpus " + corpus;
    }

    /** Enough for a task of {@code nano}, in many documents. */
    private static String text() {
        return IntStream.range(0, 6000)
                .mapToObj(i -> "The whale number " + i + " sees the people of state " + i * 7 + " and dives.\n\n")
                .collect(Collectors.joining());
    }

    /** Made by the JDK's own tool. */
    private void certificate() throws Exception {
        Path store = folder.resolve("store.p12");
        char[] password = "password".toCharArray();
        try (var keytool = new Shell(
                Path.of(System.getProperty("java.home"), "bin", "keytool")
                        + " -genkeypair -alias server -keyalg EC -dname CN=localhost"
                        + " -storetype PKCS12 -storepass password -keystore " + store,
                folder)) {
            keytool.output();
        }
        KeyStore keys = KeyStore.getInstance(store.toFile(), password);
        pem("fullchain.pem", "CERTIFICATE", keys.getCertificate("server").getEncoded());
        pem("key.pem", "PRIVATE KEY", keys.getKey("server", password).getEncoded());
    }

    private void pem(String file, String kind, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");
    }
}
