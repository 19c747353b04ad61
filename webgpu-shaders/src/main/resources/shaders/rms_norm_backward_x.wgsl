// dx (n,c) += rstd * dy * weight - rstd^3 / c * (dy * weight . x) * x. One invocation per row.
override group: u32 = 32;

struct Sizes {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read_write> dx: array<f32>; // (n,c)
@group(0) @binding(1) var<storage, read> dy: array<f32>; // (n,c)
@group(0) @binding(2) var<storage, read> x: array<f32>; // (n,c)
@group(0) @binding(3) var<storage, read> weight: array<f32>; // (1,c)
@group(0) @binding(4) var<storage, read> rstd: array<f32>; // (n,1)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * group;
  if (row >= size.rows) {
    return;
  }
  let first = row * size.columns;
  var dot = 0.0;
  for (var j = 0u; j < size.columns; j++) {
    dot += dy[first + j] * weight[j] * x[first + j];
  }
  let r = rstd[row];
  let pull = r * r * r * dot / f32(size.columns);
  for (var j = 0u; j < size.columns; j++) {
    dx[first + j] += r * dy[first + j] * weight[j] - pull * x[first + j];
  }
}
