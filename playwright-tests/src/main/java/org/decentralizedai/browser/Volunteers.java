package org.decentralizedai.browser;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.AriaRole;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Starts a coordinator as a child process and, once it says where it listens, headless browsers that press Contribute like
 * any visitor. Ends with the coordinator, and ends the coordinator when it is ended itself.
 */
@Command(name = "volunteers", mixinStandardHelpOptions = true)
public final class Volunteers implements Callable<Integer> {
    private static final Pattern READY = Pattern.compile("ready: (http\\S+)");

    @Option(names = "--count", required = true, description = "how many browsers")
    private int count;

    @Parameters(description = "the coordinator's command line")
    private List<String> server = List.of();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Volunteers()).execute(args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Process coordinator = new ProcessBuilder(server)
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(coordinator)));
        var output = new BufferedReader(new InputStreamReader(coordinator.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            System.out.println(line);
            var ready = READY.matcher(line);
            if (ready.find()) for (int i = 1; i <= count; i++) start(i, ready.group(1));
        }
        return coordinator.waitFor();
    }

    private static void end(Process coordinator) {
        coordinator.destroy();
        try {
            coordinator.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One thread and one browser process each: Playwright's objects belong to the thread that made them. */
    private static void start(int number, String url) {
        var thread = new Thread(() -> contribute(number, url), "volunteer-" + number);
        thread.setDaemon(true);
        thread.start();
    }

    private static void contribute(int number, String url) {
        try (Chromium chromium = Chromium.withQuickWebGpu()) {
            Page page = chromium.browser().newPage();
            var closed = new CountDownLatch(1);
            page.onCrash(_ -> closed.countDown());
            page.onPageError(error -> System.out.println("volunteer " + number + ": " + error));
            page.navigate(url + "/contribute");
            page.getByLabel("Power").fill("100"); // nobody else works at this machine
            page.getByRole(
                            AriaRole.BUTTON,
                            new Page.GetByRoleOptions().setName(Pattern.compile("start", Pattern.CASE_INSENSITIVE)))
                    .click();
            System.out.println("volunteer " + number + " of this machine contributes");
            while (closed.getCount() > 0) page.waitForTimeout(1000); // dispatches the page's events
        } catch (PlaywrightException e) {
            System.out.println("volunteer " + number + " ended: " + e.getMessage());
        }
    }
}
