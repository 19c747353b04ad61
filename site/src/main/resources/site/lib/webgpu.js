/**
 * Why this page cannot compute here, or null when it can: 'insecure' (WebGPU and Web Locks exist only over https or on
 * localhost), 'missing' (the browser has no WebGPU), 'no-adapter' (it has, but finds no device that it trusts).
 */
export async function obstacle() {
    if (!window.isSecureContext) return 'insecure';
    if (!navigator.gpu) return 'missing';
    return (await navigator.gpu.requestAdapter()) ? null : 'no-adapter';
}
