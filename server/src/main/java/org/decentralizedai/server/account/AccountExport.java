package org.decentralizedai.server.account;

import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.decentralizedai.billing.Billing;
import org.decentralizedai.billing.account.PersonalData;
import org.decentralizedai.billing.ad.PersonalAds;
import org.decentralizedai.billing.ledger.Statements;
import org.decentralizedai.billing.voucher.PersonalPurses;
import org.decentralizedai.server.credit.CreditBindings;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/**
 * What is kept about an account, as one JSON file. It is written as it is read, a page of bookings and a month of usage at a
 * time: an account may have millions of either. Thread-safe.
 */
final class AccountExport {
    /** What is not in it, and why. */
    private static final String NOTE =
            "Amounts are millionths of a credit; of deposits, wei. Times are milliseconds since 1970. Left out: the"
                    + " hashes of API keys and sessions and the public keys of passkeys, which tell nothing without the secrets that you"
                    + " alone have; single requests, which are summed up by day, key and model; the tasks by which"
                    + " bound keys earned their credit, which are under those keys. What you asked a model is not kept.";

    private static final int PAGE = 250;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Billing billing;
    private final PersonalData data;
    private final Statements statements;
    private final CreditBindings bindings;
    private final PersonalAds ads;
    private final PersonalPurses purses;
    private final Clock clock;

    AccountExport(
            Billing billing,
            PersonalData data,
            Statements statements,
            CreditBindings bindings,
            PersonalAds ads,
            PersonalPurses purses,
            Clock clock) {
        this.billing = billing;
        this.data = data;
        this.statements = statements;
        this.bindings = bindings;
        this.ads = ads;
        this.purses = purses;
        this.clock = clock;
    }

    void write(Context context, String account) {
        var person = data.of(account); // what can fail does so before the answer has begun
        var creditKeys = bindings.of(account);
        var advertised = ads.of(account);
        var deposited = purses.of(account);
        context.header("Cache-Control", "no-store")
                .header("Content-Disposition", "attachment; filename=\"" + account + ".json\"")
                .contentType("application/json");
        try (JsonGenerator json = JSON.createGenerator(context.outputStream())) {
            json.writeStartObject();
            json.writeStringProperty("note", NOTE);
            json.writePOJOProperty("account", person);
            json.writePOJOProperty("creditKeys", creditKeys);
            json.writePOJOProperty("ads", advertised);
            json.writePOJOProperty("purses", deposited);
            writeBookings(json, account);
            writeUsage(json, account, person.account().createdAtMillis());
            json.writeEndObject();
        }
    }

    /** Account by account of the ledger, newest first. */
    private void writeBookings(JsonGenerator json, String account) {
        json.writeArrayPropertyStart("books");
        for (Statements.Sheet sheet : statements.sheets(account)) {
            json.writeStartObject();
            json.writePOJOProperty("sheet", sheet);
            json.writeArrayPropertyStart("bookings");
            List<Statements.Line> page;
            for (long before = Long.MAX_VALUE;
                    before > 1;
                    before = page.getLast().number()) {
                page = statements.lines(sheet, before, PAGE);
                if (page.isEmpty()) break;
                page.forEach(json::writePOJO);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    /** By day, key and model, oldest first. */
    private void writeUsage(JsonGenerator json, String account, long sinceMillis) {
        var today = day(clock.instant());
        json.writeArrayPropertyStart("usage");
        for (var first = day(Instant.ofEpochMilli(sinceMillis)).withDayOfMonth(1);
                !first.isAfter(today);
                first = first.plusMonths(1))
            billing.usage()
                    .days(account, first, first.plusMonths(1).minusDays(1))
                    .forEach(json::writePOJO);
        json.writeEndArray();
    }

    private static LocalDate day(Instant instant) {
        return LocalDate.ofInstant(instant, ZoneOffset.UTC);
    }
}
