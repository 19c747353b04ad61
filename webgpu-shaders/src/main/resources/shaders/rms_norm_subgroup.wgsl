// rms_norm_workgroup.wgsl with one barrier instead of one for every halving: each subgroup adds up all parts.
enable subgroups;

override group: u32 = 64; // a multiple of the subgroup's size, or smaller

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
fn total(part: f32, me: u32, lane: u32, lanes: u32) -> f32 {
  partials[me] = part;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = lane; i < group; i += lanes) {
    sum += partials[i];
  }
  return subgroupAdd(sum);
}

@compute @workgroup_size(group)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) lanes: u32,
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
  let r = 1 / sqrt(total(sum, me, lane, lanes) / f32(size.columns) + size.epsilon);
  if (me == 0) {
    rstd[row] = r;
  }
  for (var j = me; j < size.columns; j += group) {
    y[first + j] = x[first + j] * r * weight[j];
  }
}
