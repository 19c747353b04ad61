// dweight (1,c) += sum over rows of dy * x * rstd. One invocation per column: neighbours read neighbours.
override group: u32 = 8;

struct Sizes {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read_write> dweight: array<f32>; // (1,c)
@group(0) @binding(1) var<storage, read> dy: array<f32>; // (n,c)
@group(0) @binding(2) var<storage, read> x: array<f32>; // (n,c)
@group(0) @binding(3) var<storage, read> rstd: array<f32>; // (n,1)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let column = id.x + id.y * groups.x * group;
  if (column >= size.columns) {
    return;
  }
  var sum = 0.0;
  for (var row = 0u; row < size.rows; row++) {
    let at = row * size.columns + column;
    sum += dy[at] * x[at] * rstd[row];
  }
  dweight[column] += sum;
}
