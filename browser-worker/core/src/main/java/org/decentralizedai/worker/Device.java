package org.decentralizedai.worker;

import org.decentralizedai.kernels.Kernels;

/** An open device; closing its kernels releases it. */
public record Device(Adapter adapter, Kernels kernels) {}
