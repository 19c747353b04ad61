package org.decentralizedai.compress;

import org.decentralizedai.kernels.BlockCode;

/** An update in a device's memory. Both ways to get it wait for the device. */
public interface DeviceUpdate {
    /** One value for every parameter. */
    float[] update();

    /** A slice of it as {@link UpdateCodec} would encode it, byte for byte. */
    byte[] coded(BlockCode code, Slice slice);
}
