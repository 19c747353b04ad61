// rms_norm_backward_weight.wgsl for GPUs: one workgroup per 8 columns, whose rows are dealt out to 32 invocations each.
const columns = 8u;
const rows = 32u; // a power of two

struct Sizes {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read_write> dweight: array<f32>; // (1,c)
@group(0) @binding(1) var<storage, read> dy: array<f32>; // (n,c)
@group(0) @binding(2) var<storage, read> x: array<f32>; // (n,c)
@group(0) @binding(3) var<storage, read> rstd: array<f32>; // (n,1)
@group(1) @binding(0) var<uniform> size: Sizes;

var<workgroup> partials: array<array<f32, columns>, rows>;

@compute @workgroup_size(columns, rows)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) me: vec3u,
) {
  let column = (id.x + id.y * groups.x) * columns + me.x;
  var sum = 0.0;
  if (column < size.columns) {
    for (var row = me.y; row < size.rows; row += rows) {
      let at = row * size.columns + column;
      sum += dy[at] * x[at] * rstd[row];
    }
  }
  partials[me.y][me.x] = sum;
  for (var half = rows / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (me.y < half) {
      partials[me.y][me.x] += partials[me.y + half][me.x];
    }
  }
  if (me.y == 0 && column < size.columns) {
    dweight[column] += partials[0][me.x];
  }
}
