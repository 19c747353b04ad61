// dgate and dup of result = silu(gate) * up, all of one size. One invocation per element.
override group: u32 = 64;

struct Sizes {
  count: u32,
}

@group(0) @binding(0) var<storage, read_write> dgate: array<f32>; // (n,f)
@group(0) @binding(1) var<storage, read_write> dup: array<f32>; // (n,f)
@group(0) @binding(2) var<storage, read> dresult: array<f32>; // (n,f)
@group(0) @binding(3) var<storage, read> gate: array<f32>; // (n,f)
@group(0) @binding(4) var<storage, read> up: array<f32>; // (n,f)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * group;
  if (i >= size.count) {
    return;
  }
  let g = gate[i];
  let sigmoid = 1 / (1 + exp(-g));
  dup[i] = dresult[i] * g * sigmoid;
  dgate[i] = dresult[i] * up[i] * sigmoid * (1 + g * (1 - sigmoid));
}
