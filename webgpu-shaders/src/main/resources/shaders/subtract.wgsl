// result[place + i] = a[first + i * step] - b[first + i * step]. One invocation per difference.
override group: u32 = 64;

struct Sizes {
  place: u32,
  first: u32,
  step: u32,
  count: u32,
}

@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * group;
  if (i < size.count) {
    let j = size.first + i * size.step;
    result[size.place + i] = a[j] - b[j];
  }
}
