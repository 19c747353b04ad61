package org.decentralizedai.worker.web.gpu;

/** Who computes a row, of a matrix or of attention's queries. */
public enum RowForm {
    /** One invocation a row. No barriers, the fewest instructions: for adapters that run on a CPU. On every device. */
    INVOCATION,
    /** A workgroup shares one or several rows, by workgroup memory: for GPUs. On every device. */
    WORKGROUP,
    /** The same with subgroup operations instead of most barriers. Where the device has the feature "subgroups". */
    SUBGROUP
}
