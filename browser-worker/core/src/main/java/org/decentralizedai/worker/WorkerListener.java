package org.decentralizedai.worker;

/** Hears what a worker does, on the worker's thread. */
public interface WorkerListener {
    void on(WorkerEvent event);
}
