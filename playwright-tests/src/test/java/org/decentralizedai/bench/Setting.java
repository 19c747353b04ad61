package org.decentralizedai.bench;

import static java.util.Objects.requireNonNull;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.decentralizedai.browser.Chromium;
import org.decentralizedai.browser.WorkerFiles;
import org.jspecify.annotations.Nullable;

/** One Chromium on one adapter, and what its pages are served: all rivals of a run share it. */
final class Setting implements AutoCloseable {
    private final WorkerFiles files;
    private final Chromium chromium;
    private final AdapterSeen adapter;

    /** @throws IllegalStateException when the peers are not installed or Chromium took another adapter */
    @SuppressWarnings("unchecked")
    Setting(AdapterKind wanted) {
        Path peers = peers();
        files = WorkerFiles.serve();
        files.add("/peers/", peers.resolve("dist"));
        files.add("/ort/", peers.resolve("node_modules/onnxruntime-web/dist"));
        chromium = wanted.start();
        try {
            Page page = page();
            var seen = (Map<String, Object>) page.evaluate("import('/peers/adapter.js').then(it => it.describe())");
            page.close();
            adapter = AdapterSeen.of(wanted.name().toLowerCase(Locale.ROOT), seen);
            wanted.require(adapter);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Where {@code bin/bench} has installed and bundled them. */
    private static Path peers() {
        String folder = System.getenv("PEERS");
        if (folder == null || !Files.isDirectory(Path.of(folder, "dist")))
            throw new IllegalStateException("the peers are not installed: start this by bin/bench. PEERS=" + folder);
        return Path.of(folder).toAbsolutePath().normalize();
    }

    WorkerFiles files() {
        return files;
    }

    AdapterSeen adapter() {
        return adapter;
    }

    String chromiumVersion() {
        return chromium.browser().version();
    }

    /** Ours first, then the peers; one that does not start is told to stderr and left out. */
    List<Rival> rivals(List<String> peers, @Nullable Object config) {
        var rivals = new ArrayList<Rival>();
        rivals.add(new Rival(page(), "ours", config));
        for (String peer : peers) {
            try {
                rivals.add(new Rival(page(), peer, config));
            } catch (PlaywrightException e) {
                System.err.println("bench: " + peer + " did not start: " + firstLine(e));
            }
        }
        return rivals;
    }

    /** One kernel of {@code peers/pages/ladder.mjs}. @param idea a line */
    record RungName(String name, String idea) {}

    @SuppressWarnings("unchecked")
    List<RungName> rungs() {
        Page page = page();
        var found = (List<Map<String, String>>) requireNonNull(
                page.evaluate("import('/peers/ladder.js').then(it => it.rungs.map(({name, idea}) => ({name, idea})))"));
        page.close();
        return found.stream()
                .map(rung -> new RungName(requireNonNull(rung.get("name")), requireNonNull(rung.get("idea"))))
                .toList();
    }

    /** @throws PlaywrightException where the device lacks what the kernel needs */
    Rival rung(RungName rung) {
        return new Rival(page(), "ladder", rung.name());
    }

    static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage())
                .lines()
                .map(String::strip)
                .filter(line -> line.length() > 8)
                .findFirst()
                .orElse(e.toString());
    }

    private Page page() {
        Page page = chromium.browser().newPage();
        page.setDefaultTimeout(0);
        page.onPageError(error -> System.err.println("bench: page: " + error));
        page.navigate(files.url());
        return page;
    }

    @Override
    public void close() {
        chromium.close();
        files.close();
    }
}
