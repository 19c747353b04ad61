// What can be told about the adapter. A software adapter may stand in under another's name: sizes tell more than names.
export async function describe() {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('this Chromium found no WebGPU adapter');
  const { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const { maxComputeInvocationsPerWorkgroup, maxStorageBufferBindingSize } = adapter.limits;
  return {
    vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize,
    shaderF16: adapter.features.has('shader-f16'),
    subgroups: adapter.features.has('subgroups'),
    timestamps: adapter.features.has('timestamp-query'),
    invocationsPerWorkgroup: maxComputeInvocationsPerWorkgroup,
    bindingMiB: maxStorageBufferBindingSize / 2 ** 20,
  };
}
