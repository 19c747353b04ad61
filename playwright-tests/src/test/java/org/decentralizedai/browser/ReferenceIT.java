package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import org.decentralizedai.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that describes the API. */
class ReferenceIT {
    @TempDir
    Path folder;

    @Test
    void page_showsEveryRoute_withoutErrors() throws Exception {
        Path corpus =
                Files.writeString(folder.resolve("corpus.txt"), "The sea was calm, and the men sang.\n".repeat(5000));
        try (var server = new Server(SiteIT.settings(folder, corpus));
                var chromium = Chromium.withoutWebGpu();
                var context = chromium.browser().newContext()) {
            var page = context.newPage();
            var errors = new ArrayList<String>();
            page.onConsoleMessage(message -> {
                if (message.type().equals("error")) errors.add(message.text());
            });
            page.onPageError(errors::add);
            page.navigate(server.url() + "/reference/");
            var routes = page.locator("#reference .opblock-summary-path");
            assertThat(routes).hasCount(4);
            routes.first().click();
            assertThat(page.getByText("max_completion_tokens").first()).isVisible();
            assertThat(errors).isEmpty();
        }
    }
}
