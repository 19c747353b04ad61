// sum.wgsl for GPUs: a single workgroup.
override group: u32 = 256; // a power of two

struct Sizes {
  vectors: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<storage, read_write> total: array<f32>; // (1,1)
@group(0) @binding(1) var<storage, read> partials: array<vec4f>; // (1, 4 * vectors)
@group(1) @binding(0) var<uniform> size: Sizes;

var<workgroup> sums: array<vec4f, group>;

@compute @workgroup_size(group)
fn main(@builtin(local_invocation_index) me: u32) {
  var sum = vec4f();
  for (var i = me; i < size.vectors; i += group) {
    sum += partials[i];
  }
  sums[me] = sum;
  for (var half = group / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (me < half) {
      sums[me] += sums[me + half];
    }
  }
  if (me == 0) {
    let all = sums[0].x + sums[0].y + sums[0].z + sums[0].w;
    total[0] = select(all, total[0] + all, size.accumulate == 1);
  }
}
