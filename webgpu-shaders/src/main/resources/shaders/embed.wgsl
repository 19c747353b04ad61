// result (n,c) = table[ids[i], :]. One invocation per element of the result.
override group: u32 = 64;

struct Sizes {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read_write> result: array<f32>; // (n,c)
@group(0) @binding(1) var<storage, read> table: array<f32>; // (vocabulary,c)
@group(0) @binding(2) var<storage, read> tokens: array<u32>; // ids (n), then their inverse
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * group;
  if (i >= size.rows * size.columns) {
    return;
  }
  result[i] = table[tokens[i / size.columns] * size.columns + i % size.columns];
}
