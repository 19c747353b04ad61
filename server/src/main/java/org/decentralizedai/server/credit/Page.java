package org.decentralizedai.server.credit;

import java.util.List;

/**
 * A part of a list.
 *
 * @param page from 1
 * @param size rows of a full page
 * @param total rows of all pages
 */
public record Page<T>(int page, int size, long total, List<T> rows) {

    /** Which part is asked for. */
    public record Request(int page, int size) {
        public static final int MOST = 100;

        public Request {
            if (page < 1 || page > 1_000_000)
                throw new IllegalArgumentException("page must be in 1..1000000: page=" + page);
            if (size < 1 || size > MOST)
                throw new IllegalArgumentException("size must be in 1.." + MOST + ": size=" + size);
        }

        long offset() {
            return (long) (page - 1) * size;
        }

        <T> Page<T> of(long total, List<T> rows) {
            return new Page<>(page, size, total, rows);
        }
    }
}
