package org.decentralizedai.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.decentralizedai.billing.contract.ComputePool;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.pool.DevChain;
import org.decentralizedai.billing.pool.Label;
import org.decentralizedai.circle.SmallRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.web3j.utils.Numeric;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The circle of the money, in a real browser against the real contract: a customer's wallet pays, a volunteer's wallet is paid, and the
 * wei on the chain add up. Screenshots are left in target/money.
 */
class MoneyIT {
    private static final Path SCREENSHOTS = Path.of("target/money");
    private static final double PATIENCE_MILLIS = 240_000;
    private static final BigInteger ETHER = BigInteger.TEN.pow(18);
    private static final String CHROME =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    @TempDir
    Path folder;

    private MoneyServer money;
    private Chromium chromium;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<BrowserContext> contexts = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        Files.createDirectories(SCREENSHOTS);
        money = new MoneyServer(folder, new SmallRun(folder, 1).settings(0));
        chromium = Chromium.withQuickWebGpu();
    }

    @AfterEach
    void stop() {
        contexts.forEach(BrowserContext::close);
        chromium.close();
        money.close();
        http.close();
    }

    private BrowserContext context() {
        var context = chromium.browser()
                .newContext(new Browser.NewContextOptions()
                        .setLocale("en-GB")
                        .setUserAgent(CHROME) // a headless one is shown no ads
                        .setViewportSize(1280, 900));
        contexts.add(context);
        return context;
    }

    private InjectedWallet wallet(long seed) throws IOException {
        var wallet = new InjectedWallet(seed, money.chain.web3j());
        wallet.chain = 31_337;
        money.chain.fund(wallet.address(), ETHER);
        return wallet;
    }

    private Page open(BrowserContext context, String path) {
        Page page = context.newPage();
        page.navigate(money.site() + path);
        assertThat(page.locator("[aria-busy=true]"))
                .hasCount(0, new LocatorAssertions.HasCountOptions().setTimeout(PATIENCE_MILLIS));
        return page;
    }

    private static Locator button(Page page, String name) {
        return page.getByRole(
                AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
    }

    private static Locator said(Page page, String part) {
        return page.locator(part + " [data-said]");
    }

    private static LocatorAssertions.ContainsTextOptions patiently() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MILLIS);
    }

    /** Waits while the page's events go on: Playwright dispatches them on this thread only. */
    private static void until(Page page, BooleanSupplier condition) {
        page.waitForCondition(condition, new Page.WaitForConditionOptions().setTimeout(PATIENCE_MILLIS));
    }

    private void isAccessible(Page page, String what) {
        assertThat(Accessibility.violations(page)).as(what).isEmpty();
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(SCREENSHOTS.resolve(what + ".png"))
                .setFullPage(true));
    }

    private HttpResponse<String> post(String path, String bearer, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(money.site() + path))
                .header("Authorization", "Bearer " + bearer)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode operator(String command) throws Exception {
        String token = Files.readString(folder.resolve("data/admin-token")).strip();
        return new JsonMapper().readTree(post("/admin/" + command, token, "").body());
    }

    private JsonNode epochs() {
        try {
            var request = HttpRequest.newBuilder(URI.create(money.site() + "/api/epochs"))
                    .build();
            return new JsonMapper()
                    .readTree(http.send(request, HttpResponse.BodyHandlers.ofString())
                            .body())
                    .get("epochs");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Trains in a tab until a checkpoint of its work answers. */
    private void volunteers(BrowserContext context) {
        Page page = open(context, "/contribute/");
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Start")))
                .click();
        until(
                page,
                () -> money.server
                        .training()
                        .promotions()
                        .current()
                        .filter(promoted -> promoted.round() >= 2)
                        .isPresent());
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(Pattern.compile("^Stop")))
                .click();
        until(page, () -> SmallRun.figures(money.site()).get("workersOnline").asInt() == 0);
        page.close();
    }

    private Page connected(BrowserContext context, InjectedWallet wallet) {
        Page page = open(context, "/wallet/");
        button(page, "Connect Test Wallet").click();
        assertThat(page.locator("[data-connected]")).containsText(wallet.address());
        return page;
    }

    private static void topUp(Page page, String ether) {
        page.locator("#top-up-amount").fill(ether);
        button(page, "Top up").click();
        assertThat(said(page, "ether-top-up")).containsText("Credited", patiently());
    }

    private int asks(String key) throws Exception {
        return post(
                        "/v1/chat/completions",
                        key,
                        "{\"model\":\"x\",\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"the people\"}]}"
                                .replace(
                                        "\"x\"",
                                        '"' + money.server.training().run().modelName() + '"'))
                .statusCode();
    }

    /** An advertiser's campaign, paid by a deposit, reviewed and started. */
    private void advertised() throws Exception {
        String account = money.server.billing().customers().open("Shop").id();
        var sender = money.chain.unlocked(2);
        ComputePool.load(money.contract.getContractAddress(), money.chain.web3j(), sender, DevChain.GAS)
                .topUp(sender.getFromAddress(), new Label(account).bytes(), ETHER.divide(BigInteger.valueOf(100)))
                .send();
        var context = context();
        context.addCookies(List.of(
                new Cookie("session", money.server.sessions().open(account).reveal()).setUrl(money.site())));
        Page page = open(context, "/advertise/");
        until(page, () -> money.server.billing().balance(account).signum() > 0);
        page.getByLabel("Title, at most 60 characters").fill("A fine book");
        page.getByLabel("Address that it leads to").fill("https://shop.example/book");
        page.getByLabel("Text, at most 140 characters").fill("About the sea and a whale.");
        page.getByLabel("Credits for that").fill("0.002");
        button(page, "Save").click();
        button(page, "Submit: A fine book").click();
        assertThat(page.locator("tbody")).containsText("waits for its review");
        var waiting = operator("ads").get("waiting").get(0);
        operator("approve-ad?campaign=" + waiting.get("id").stringValue() + "&revision="
                + waiting.get("revision").intValue());
        page.close();
        page = open(context, "/advertise/");
        button(page, "Add budget: A fine book").click();
        page.getByLabel("Credits for “A fine book”").fill("0.001");
        button(page, "Add to the budget").click();
        assertThat(page.locator("ad-campaigns [data-said]").first()).hasText("“A fine book” has its budget.");
        button(page, "Start: A fine book").click();
        assertThat(page.locator("ad-campaigns [data-said]").first()).hasText("“A fine book” runs.");
        page.close();
    }

    private void chatShowsAds(BrowserContext context, int ads) {
        Page page = open(context, "/chat/");
        page.getByLabel("Beginning of a text").fill("The chapter of a book");
        page.keyboard().press("Enter");
        assertThat(page.locator("article.model").last()).containsText("tokens", patiently());
        assertThat(page.getByRole(AriaRole.COMPLEMENTARY, new Page.GetByRoleOptions().setName("Advertisement")))
                .hasCount(ads);
        page.close();
    }

    @Test
    void customerPays_volunteerIsPaid_andTheWeiAddUp() throws Exception {
        var volunteer = wallet(11);
        var working = context();
        volunteer.into(working);
        volunteers(working);
        Page earns = connected(working, volunteer);
        button(earns, "Pay what this browser earns to it").click();
        assertThat(said(earns, "provider-claim")).containsText("Saved");
        advertised();

        var customer = wallet(12);
        var paying = context();
        customer.into(paying);
        Page signIn = open(paying, "/sign-in/?next=/wallet/");
        button(signIn, "Sign in with Test Wallet").click();
        signIn.waitForURL(money.site() + "/wallet/");
        signIn.close();
        Page pays = connected(paying, customer);
        topUp(pays, "0.0010005");
        assertThat(pays.locator("[data-balance]")).hasText("1.0005");
        chatShowsAds(paying, 1);
        button(pays, "Buy").click();
        assertThat(said(pays, "ad-free-offer")).containsText("the ads are gone");
        chatShowsAds(paying, 0);

        String account = paying.request()
                .get(money.site() + "/api/session")
                .text()
                .replaceFirst(".*\"accountId\":\"(\\w+)\".*", "$1");
        String key = money.server
                .billing()
                .keys()
                .create(account, KeyTerms.named("test"))
                .text()
                .reveal();
        int answers = 0, status = asks(key);
        for (; status == 200 && answers < 50; answers++) status = asks(key);
        assertThat(answers).isPositive();
        assertThat(status).isEqualTo(402);
        topUp(pays, "0.000001");
        assertThat(asks(key)).isEqualTo(200);
        button(pays, "Authorise this browser's key").click();
        assertThat(said(pays, "spending-key")).containsText("ether were spent in all");
        isAccessible(pays, "wallet");

        operator("close-epoch");
        until(
                earns,
                () -> epochs().size() > 0
                        && epochs().get(0).get("state").stringValue().equals("FINAL"));
        var before = money.wei(volunteer.address());
        button(earns, "Show what it has earned").click();
        assertThat(earns.locator("[data-claimable]")).not().hasText("0 ether");
        button(earns, "Claim").click();
        assertThat(said(earns, "provider-claim")).containsText("Claimed", patiently());
        adds(volunteer, before);
        isAccessible(earns, "claimed");

        Page shown = open(paying, "/transparency/");
        shown.locator("summary").first().click();
        assertThat(shown.locator("money-flow tbody tr").first()).containsText(volunteer.address());
        assertThat(shown.locator("money-flow [data-epoch-sources]").first()).containsText("months without ads");
        assertThat(shown.locator("money-flow")).not().containsText(account);
        isAccessible(shown, "transparency");
    }

    /** To the wei, by the contract's own figures and the volunteer's own balance. */
    private void adds(InjectedWallet volunteer, BigInteger before) throws Exception {
        var pool = money.contract;
        var claimed = pool.totalClaimed().send();
        var epoch = epochs().get(0);
        assertThat(claimed).isEqualTo(pool.claimed(volunteer.address()).send()).isPositive();
        assertThat(pool.totalSpent().send())
                .isEqualTo(new BigInteger(epoch.get("totalWei").stringValue()))
                .isEqualTo(claimed); // nobody else has worked, and nothing was carried on
        assertThat(money.wei(pool.getContractAddress()))
                .isEqualTo(pool.totalDeposited()
                        .send()
                        .subtract(pool.totalExited().send())
                        .subtract(claimed));
        var receipt = money.chain
                .web3j()
                .ethGetTransactionReceipt(volunteer.sent)
                .send()
                .getTransactionReceipt()
                .orElseThrow();
        var gas = receipt.getGasUsed().multiply(Numeric.decodeQuantity(receipt.getEffectiveGasPrice()));
        assertThat(money.wei(volunteer.address())).isEqualTo(before.add(claimed).subtract(gas));
    }
}
