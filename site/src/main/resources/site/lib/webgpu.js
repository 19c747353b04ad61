/**
 * Why this page cannot compute on a graphics card, or null when it can: 'insecure' (nothing works: WebGPU and Web Locks exist only over
 * https or on localhost), 'missing' (the browser has no WebGPU), 'no-adapter' (it has, but finds no device that it trusts). In the
 * last two cases the worker computes on the processor.
 */
export async function obstacle() {
    if (!window.isSecureContext) return 'insecure';
    if (!navigator.gpu) return 'missing';
    return (await navigator.gpu.requestAdapter()) ? null : 'no-adapter';
}
