package org.decentralizedai.server.console;

import static org.decentralizedai.server.edge.RequestException.Code.BAD_REQUEST;

import io.javalin.http.Context;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.format.DateTimeParseException;
import org.decentralizedai.server.edge.RequestException;

/** Days that are asked for, UTC; the last one included. */
record Days(LocalDate first, LocalDate last) {
    private static final int USUAL = 30;
    private static final int MOST = 366;
    private static final int OLDEST_YEAR = 1970;
    private static final int LAST_YEAR = 9999;

    /** {@code ?first=2026-11-01&last=2026-11-30}; without them the 30 days up to today. */
    static Days asked(Context context, LocalDate today) {
        LocalDate last = day(context, "last", today);
        LocalDate first = day(context, "first", last.minusDays(USUAL - 1));
        if (first.isAfter(last) || first.plusDays(MOST).isBefore(last))
            throw new RequestException(BAD_REQUEST, "first must not be after last, nor more than a year before it");
        return new Days(first, last);
    }

    private static LocalDate day(Context context, String name, LocalDate fallback) {
        String said = context.queryParam(name);
        if (said == null) return fallback;
        try {
            LocalDate day = LocalDate.parse(said);
            if (known(day.getYear())) return day;
        } catch (DateTimeParseException e) { // said below
        }
        throw new RequestException(BAD_REQUEST, name + " must be a day such as 2026-11-28");
    }

    static YearMonth month(String said) {
        try {
            YearMonth month = YearMonth.parse(said);
            if (known(month.getYear())) return month;
        } catch (DateTimeParseException e) { // said below
        }
        throw new RequestException(BAD_REQUEST, "a month is written such as 2026-11");
    }

    private static boolean known(int year) {
        return year >= OLDEST_YEAR && year <= LAST_YEAR;
    }
}
