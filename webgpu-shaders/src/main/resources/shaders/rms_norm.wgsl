// y (n,c) = x * rstd * weight with rstd (n,1) = 1 / sqrt(mean(x^2) + epsilon). One invocation per row.
override group: u32 = 32;

struct Sizes {
  rows: u32,
  columns: u32,
  epsilon: f32,
}

@group(0) @binding(0) var<storage, read_write> y: array<f32>; // (n,c)
@group(0) @binding(1) var<storage, read_write> rstd: array<f32>; // (n,1)
@group(0) @binding(2) var<storage, read> x: array<f32>; // (n,c)
@group(0) @binding(3) var<storage, read> weight: array<f32>; // (1,c)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * group;
  if (row >= size.rows) {
    return;
  }
  let first = row * size.columns;
  var sum = 0.0;
  for (var j = 0u; j < size.columns; j++) {
    let value = x[first + j];
    sum += value * value;
  }
  let r = 1 / sqrt(sum / f32(size.columns) + size.epsilon);
  rstd[row] = r;
  for (var j = 0u; j < size.columns; j++) {
    y[first + j] = x[first + j] * r * weight[j];
  }
}
