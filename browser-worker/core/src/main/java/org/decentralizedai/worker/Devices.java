package org.decentralizedai.worker;

/** Where devices come from. */
public interface Devices {
    /**
     * Finds, opens and measures a device; may take seconds.
     *
     * @throws org.decentralizedai.kernels.KernelException with a sentence for people when there is none
     */
    Device open();
}
