// First of two stages of sum(x^2): partial i sums every stride-th element from i on. sum.wgsl is the second. Always the
// same order of summation, unlike atomics. One invocation per partial.
override group: u32 = 64;

struct Sizes {
  count: u32,
  partials: u32,
}

@group(0) @binding(0) var<storage, read_write> partials: array<f32>; // (1,partials)
@group(0) @binding(1) var<storage, read> x: array<f32>; // (1,count)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= size.partials) {
    return;
  }
  var sum = 0.0;
  for (var i = id.x; i < size.count; i += size.partials) {
    sum += x[i] * x[i];
  }
  partials[id.x] = sum;
}
