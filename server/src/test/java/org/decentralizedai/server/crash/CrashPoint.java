package org.decentralizedai.server.crash;

import java.util.stream.Stream;

/** Where a coordinator ends, in the order in which an update passes. */
enum CrashPoint {
    /** The first checkpoint is being written; there is no round yet. */
    FIRST_CHECKPOINT,
    /** A lease is committed, its worker does not hear of it. */
    LEASED,
    /** A whole update has come, nothing is written. */
    RECEIVED,
    /** A file of the log was made, its name is not forced. */
    LOG_FILE_MADE,
    /** Half of the record is written. */
    RECORD_TORN,
    /** The record is written but not forced. */
    RECORD_WRITTEN,
    /** The record is forced, the database knows nothing. */
    RECORD_FORCED,
    /** The same of an update whose round has closed; it counts in the one that runs. */
    LATE_RECORD_FORCED,
    /** Half of the database's commit is written. */
    COMMIT_TORN,
    /** The commit is written but not forced. */
    COMMITTED,
    /** The commit is forced, the worker does not hear ACCEPTED. */
    COMMIT_FORCED,
    /** All tasks are done, the round is not closed. */
    ROUND_FULL,
    /** An update is about to be computed again. */
    AUDITING,
    /** The log has an honest update instead of a fake, the database knows nothing. */
    FAKE_REPLACED,
    /** The next checkpoint is being written: a blob of it is not there. */
    BLOB_MISSING,
    /** Half of the blob is written. */
    BLOB_TORN,
    /** It is written but not forced, and has no name. */
    BLOB_WRITTEN,
    /** It has its name, which is not forced. */
    BLOB_NAMED,
    /** The blob is there for good. */
    BLOB_FORCED,
    /** All blobs are there; half of the next round's commit is written. */
    ROUND_TORN,
    /** The next round is committed but not forced; nothing of it is given out. */
    ROUND_COMMITTED,
    /** The next round is forced, nothing is cleared away. */
    ROUND_FORCED,
    /** The log is trimmed, nothing else. */
    LOG_TRIMMED,
    /** A blob of an old checkpoint is deleted, its row does not know. */
    BLOB_DELETED,
    /** All is cleared away. */
    CLEARED,
    /** A promotion is on the disk, the pointer is elsewhere. */
    REPORTED,
    /** The pointer has moved, which is not forced. */
    POINTER_NAMED,
    /** The pointer has moved. */
    POINTED,
    /** After another crash: an update is taken over from the log. */
    TAKING_OVER;

    /** The points of runs that nobody audits. */
    static Stream<CrashPoint> withoutAudits() {
        return Stream.of(values()).filter(point -> point != AUDITING && point != FAKE_REPLACED);
    }
}
