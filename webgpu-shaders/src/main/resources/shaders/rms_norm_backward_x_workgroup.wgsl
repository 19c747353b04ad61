// rms_norm_backward_x.wgsl for GPUs: one workgroup per row, whose sums meet in workgroup memory.
override group: u32 = 64; // a power of two

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

var<workgroup> partials: array<f32, group>;

// of every invocation's part
fn total(part: f32, me: u32) -> f32 {
  partials[me] = part;
  for (var half = group / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (me < half) {
      partials[me] += partials[me + half];
    }
  }
  workgroupBarrier();
  return partials[0];
}

@compute @workgroup_size(group)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= size.rows) {
    return;
  }
  let first = row * size.columns;
  var dot = 0.0;
  for (var j = me; j < size.columns; j += group) {
    dot += dy[first + j] * weight[j] * x[first + j];
  }
  let r = rstd[row];
  let pull = r * r * r * total(dot, me) / f32(size.columns);
  for (var j = me; j < size.columns; j += group) {
    dx[first + j] += r * dy[first + j] * weight[j] - pull * x[first + j];
  }
}
