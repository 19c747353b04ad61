package org.decentralizedai.billing.ad;

/** What became of a view or a click that a browser reports. */
public enum Counted {
    COUNTED,
    /** It was counted before. */
    REPLAYED,
    /** The token is none of ours. */
    FORGED,
    EXPIRED,
    /** The ad was shown to somebody else. */
    OTHER_VISITOR,
    /** A view before the ad can have been seen. */
    TOO_SOON,
    /** A click on an ad whose view was not counted. */
    NOT_VIEWED,
    /** The visitor has seen it as often as the campaign wants, or reports too much. */
    CAPPED,
    /** The campaign does not run any more or stands still, or its budget is used up. */
    OVER
}
