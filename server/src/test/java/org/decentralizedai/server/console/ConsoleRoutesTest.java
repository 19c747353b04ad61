package org.decentralizedai.server.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.decentralizedai.billing.key.KeyTerms;
import org.decentralizedai.billing.meter.Asked;
import org.decentralizedai.billing.meter.Price;
import org.decentralizedai.server.state.MutableClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ConsoleRoutesTest {
    private final MutableClock clock = new MutableClock();
    private ConsoleServer server;
    private String ada, laptop, phone;

    @BeforeEach
    void start() {
        clock.advance(Duration.between(clock.instant(), Instant.parse("2026-11-30T23:00:00Z")));
        server = new ConsoleServer(clock);
        ada = server.open("Ada");
        laptop = server.billing
                .keys()
                .create(ada, KeyTerms.named("laptop"))
                .stored()
                .id();
        phone = server.billing
                .keys()
                .create(ada, KeyTerms.named("phone"))
                .stored()
                .id();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/usage", "/usage.csv", "/invoices", "/invoices/2026-11.csv", "/sheets", "/bookings"})
    void signedOut_isRefused(String path) throws Exception {
        assertThat(server.send("GET", "/api/console" + path, null, null).statusCode())
                .isEqualTo(401);
    }

    @Test
    void own_requestRuns_showsWhatIsPutAside() throws Exception {
        server.grant(ada, 1000);
        var asked = new Asked("running", ada, laptop, "nano", new Price(1_000_000, 3_000_000), 10, 30);
        try (var _ = server.billing.meter().begin(asked).orElseThrow()) {
            var own = server.get("/api/console", ada);
            assertThat(own.get("name").stringValue()).isEqualTo("Ada");
            assertThat(own.get("balance").longValue()).isEqualTo(900);
            assertThat(own.get("reserved").longValue()).isEqualTo(100);
            assertThat(own.get("limits").get("requestsPerMinute").longValue())
                    .isEqualTo(ConsoleServer.LIMITS.requestsPerMinute());
        }
        assertThat(server.get("/api/console", ada).get("balance").longValue()).isEqualTo(1000);
    }

    @Test
    void usage_isByDayKeyAndModel() throws Exception {
        server.grant(ada, 10_000);
        server.use(ada, laptop, "nano", 10, 20);
        server.use(ada, laptop, "nano", 1, 2);
        server.use(ada, phone, "small", 5, 5);
        JsonNode usage = server.get("/api/console/usage", ada);
        assertThat(usage.get("last").stringValue()).isEqualTo("2026-11-30");
        assertThat(usage.get("lines")).hasSize(2);
        String csv = server.send("GET", "/api/console/usage.csv", ada, null).body();
        assertThat(csv.lines())
                .containsExactlyInAnyOrder(
                        "day,key,model,requests,prompt_tokens,answer_tokens,micro_credits",
                        "2026-11-30," + laptop + ",nano,2,11,22,77",
                        "2026-11-30," + phone + ",small,1,5,5,20");
    }

    @Test
    void usage_ofAnother_isNotShown() throws Exception {
        server.grant(ada, 10_000);
        server.use(ada, laptop, "nano", 10, 20);
        String bob = server.open("Bob");
        assertThat(server.get("/api/console/usage", bob).get("lines")).isEmpty();
        assertThat(server.get("/api/console/sheets", bob)).isEmpty();
        assertThat(server.get("/api/console/bookings", bob).get("rows")).isEmpty();
        assertThat(server.send("GET", "/api/console/bookings?account=balance:" + ada, bob, null)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void invoices_areByMonth_andTheirTotalIsTheSum() throws Exception {
        server.grant(ada, 10_000);
        server.use(ada, laptop, "nano", 10, 20);
        server.use(ada, phone, "small", 5, 5);
        clock.advance(Duration.ofHours(2));
        server.use(ada, laptop, "nano", 1, 1);
        JsonNode months = server.get("/api/console/invoices", ada);
        assertThat(months).hasSize(2);
        assertThat(months.get(0).get("month").stringValue()).isEqualTo("2026-12");
        assertThat(months.get(0).get("preliminary").booleanValue()).isTrue();
        assertThat(months.get(1).get("preliminary").booleanValue()).isFalse();
        assertThat(months.get(1).get("microCredits").longValue()).isEqualTo(90);
        var invoice = server.send("GET", "/api/console/invoices/2026-11.csv", ada, null);
        assertThat(invoice.headers().firstValue("Content-Disposition"))
                .hasValue("attachment; filename=\"invoice-" + ada + "-2026-11.csv\"");
        String start = ada + "-2026-11," + ada + ",2026-11-01,2026-11-30,";
        assertThat(invoice.body().lines().skip(1))
                .containsExactly(
                        start + "usage,nano," + laptop + ",1000000,3000000,1,10,20,70",
                        start + "usage,small," + phone + ",1000000,3000000,1,5,5,20",
                        start + "total,,,,,2,15,25,90");
    }

    @Test
    void bookings_pageByPage_areEachShownOnce_withTheirFormula() throws Exception {
        server.grant(ada, 100_000);
        for (int i = 0; i < 30; i++) server.use(ada, laptop, "nano", 10, 20);
        var seen = new ArrayList<Long>();
        long before = Long.MAX_VALUE;
        for (JsonNode page = page(before); !page.isEmpty(); page = page(before)) {
            assertThat(page.size()).isLessThanOrEqualTo(7);
            page.forEach(row -> seen.add(row.get("number").longValue()));
            before = seen.getLast();
        }
        // a grant and 30 reservations; a settlement that gives nothing back is no booking on the balance
        assertThat(seen)
                .isEqualTo(
                        LongStream.rangeClosed(1, 31).map(i -> 32 - i).boxed().toList());
        JsonNode newest = page(Long.MAX_VALUE).get(0);
        assertThat(newest.get("amount").longValue()).isEqualTo(-70);
        assertThat(newest.get("after").longValue()).isEqualTo(100_000 - 30 * 70);
        assertThat(newest.get("formula").stringValue()).startsWith("At most: 10 prompt tokens x 1000000");
    }

    private JsonNode page(long before) throws Exception {
        return server.get("/api/console/bookings?size=7&before=" + before, ada).get("rows");
    }

    @Test
    void sheets_nameEveryAccount_andTheirBookingsSumUp() throws Exception {
        server.grant(ada, 1000);
        server.use(ada, laptop, "nano", 10, 20);
        JsonNode sheets = server.get("/api/console/sheets", ada);
        List<String> kinds = StreamSupport.stream(sheets.spliterator(), false)
                .map(sheet -> sheet.get("kind").stringValue())
                .toList();
        assertThat(kinds).containsExactly("balance", "reserved", "spent");
        for (JsonNode sheet : sheets) {
            var rows = server.get(
                    "/api/console/bookings?account=" + sheet.get("id").stringValue(), ada);
            assertThat(rows.get("total").longValue())
                    .isEqualTo(sheet.get("bookings").longValue());
            long sum = 0;
            for (JsonNode row : rows.get("rows")) sum += row.get("amount").longValue();
            assertThat(sum).isEqualTo(sheet.get("amount").longValue());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "/usage", "/usage.csv", "/invoices", "/invoices/2026-11.csv", "/sheets", "/bookings", "/keys"
            })
    void reading_againAndAgain_isSlowedDown_forThatAccount(String path) throws Exception {
        int status = 200;
        for (int i = 0; i < 2000 && status == 200; i++) // some come back while it asks
        status = server.send("GET", "/api/console" + path, ada, null).statusCode();
        assertThat(status).isEqualTo(429);
        assertThat(server.send("GET", "/api/console", server.open("Bob"), null).statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/usage?first=yesterday",
                "/usage?first=2026-11-31",
                "/usage?first=-999999999-01-01",
                "/usage?last=%2B999999999-12-31",
                "/usage?first=2026-11-02&last=2026-11-01",
                "/usage?first=2020-01-01&last=2026-01-01",
                "/usage.csv?last=x",
                "/invoices/november.csv",
                "/invoices/%2B999999999-12.csv",
                "/bookings?before=0",
                "/bookings?before=x",
                "/bookings?size=99999999999999999999"
            })
    void badQuestions_are400(String path) throws Exception {
        server.grant(ada, 1000);
        assertThat(server.send("GET", "/api/console" + path, ada, null).statusCode())
                .isEqualTo(400);
    }
}
