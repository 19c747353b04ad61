package org.decentralizedai.worker;

/**
 * Everything outside a worker that it needs.
 *
 * @param inbox where {@code network} and the visitor's commands arrive
 * @param weights keeps the newest checkpoint, in pieces
 * @param corpus keeps the newest corpus shards
 */
public record WorkerPorts(
        Network network,
        Inbox inbox,
        Devices devices,
        BlobSource shards,
        BlobCache weights,
        BlobCache corpus,
        Digest digest,
        Clock clock,
        WorkerListener listener) {}
