// dtable (vocabulary,c) += rows of dresult (n,c) summed by token. The inverse of the ids makes it a gather: no atomics and
// one order of summation. One invocation per element of the table.
override group: u32 = 64;

struct Sizes {
  rows: u32,
  columns: u32,
  vocabulary: u32,
}

@group(0) @binding(0) var<storage, read_write> dtable: array<f32>; // (vocabulary,c)
@group(0) @binding(1) var<storage, read> dresult: array<f32>; // (n,c)
@group(0) @binding(2) var<storage, read> tokens: array<u32>; // ids (n), order (n), starts (vocabulary + 1)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * group;
  if (i >= size.vocabulary * size.columns) {
    return;
  }
  let token = i / size.columns;
  let column = i % size.columns;
  let end = tokens[2 * size.rows + token + 1];
  var sum = 0.0;
  for (var at = tokens[2 * size.rows + token]; at < end; at++) {
    sum += dresult[tokens[size.rows + at] * size.columns + column];
  }
  dtable[i] += sum;
}
