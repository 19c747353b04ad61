package org.decentralizedai.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A headless Chromium, with WebGPU on its software adapter unless said otherwise. The environment variable {@code CHROMIUM} names the executable;
 * without it Playwright's own browser is downloaded once and used.
 */
public final class Chromium implements AutoCloseable {
    private static final List<String> WEBGPU = List.of("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader");
    /** SwiftShader compiles a store for each element that is to be zero, which is half of its compiling. */
    private static final String WITHOUT_ZEROES = "--enable-dawn-features=disable_workgroup_init";
    /** Keeps a test machine without a network from being asked for one. */
    private static final List<String> QUIET =
            List.of("--disable-background-networking", "--disable-component-update", "--disable-sync");

    private final Playwright playwright;
    private final Browser browser;

    private Chromium(List<String> flags) {
        String executable = System.getenv("CHROMIUM");
        var environment =
                executable == null ? Map.<String, String>of() : Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
        var arguments = new ArrayList<>(QUIET);
        arguments.addAll(flags);
        if ("root".equals(System.getProperty("user.name"))) arguments.add("--no-sandbox"); // Chromium refuses otherwise
        var options = new BrowserType.LaunchOptions().setArgs(arguments);
        if (executable != null) options.setExecutablePath(Path.of(executable));
        browser = playwright.chromium().launch(options);
    }

    public static Chromium withWebGpu() {
        return new Chromium(WEBGPU);
    }

    /** Its software adapter compiles in half the time: workgroup memory is not zeroed, so that a kernel must not rely on it. */
    public static Chromium withQuickWebGpu() {
        var flags = new ArrayList<>(WEBGPU);
        flags.add(WITHOUT_ZEROES);
        return new Chromium(flags);
    }

    /** On the machine's own graphics card. */
    public static Chromium withGpu() {
        var flags = new ArrayList<>(List.of("--enable-unsafe-webgpu", "--ignore-gpu-blocklist"));
        if (System.getProperty("os.name").equals("Linux")) // headless, it reaches the card by Vulkan only
        flags.addAll(List.of("--enable-features=Vulkan", "--use-angle=vulkan", "--disable-vulkan-surface"));
        return new Chromium(flags);
    }

    public static Chromium withoutWebGpu() {
        return new Chromium(List.of("--disable-features=WebGPU,WebGPUService"));
    }

    public Browser browser() {
        return browser;
    }

    @Override
    public void close() {
        browser.close();
        playwright.close();
    }
}
