// rms_norm.wgsl for GPUs: one workgroup per row, whose sums meet in workgroup memory.
override group: u32 = 64; // a power of two

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
  var sum = 0.0;
  for (var j = me; j < size.columns; j += group) {
    let value = x[first + j];
    sum += value * value;
  }
  let r = 1 / sqrt(total(sum, me) / f32(size.columns) + size.epsilon);
  if (me == 0) {
    rstd[row] = r;
  }
  for (var j = me; j < size.columns; j += group) {
    y[first + j] = x[first + j] * r * weight[j];
  }
}
