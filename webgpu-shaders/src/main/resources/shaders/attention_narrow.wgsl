// attention.wgsl for heads of 16 or 32: a head is one or two 4x4 matrices of named registers instead of an indexed array,
// which CPU adapters keep in memory (5 times as fast on one). One invocation per row and query head.
override group: u32 = 16;
override wide: bool = false; // heads of 32

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
  past: u32, // keys before the first row's own
}

@group(0) @binding(0) var<storage, read_write> result: array<mat4x4f>; // (rows, heads * head_dim)
@group(0) @binding(1) var<storage, read_write> lse: array<f32>; // (rows, heads)
@group(0) @binding(2) var<storage, read> q: array<mat4x4f>; // (rows, heads * head_dim)
@group(0) @binding(3) var<storage, read> k: array<mat4x4f>; // (past + rows, kv_heads * head_dim)
@group(0) @binding(4) var<storage, read> v: array<mat4x4f>; // (past + rows, kv_heads * head_dim)
@group(1) @binding(0) var<uniform> size: Sizes;

fn inner(a: mat4x4f, b: mat4x4f) -> f32 {
  let sum = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  return sum.x + sum.y + sum.z + sum.w;
}

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * group;
  if (i >= size.rows * size.heads) {
    return;
  }
  let head = i / size.rows;
  let row = i % size.rows;
  let kv_head = head / (size.heads / size.kv_heads);
  let parts = select(1u, 2u, wide);
  let at = (row * size.heads + head) * parts;
  let query0 = q[at] * size.scale;
  var query1: mat4x4f;
  if (wide) {
    query1 = q[at + 1] * size.scale;
  }
  var sum0 = mat4x4f();
  var sum1 = mat4x4f();
  var top = -3.0e38;
  var total = 0.0;
  for (var s = row - row % size.context; s <= row + size.past; s++) {
    let key = (s * size.kv_heads + kv_head) * parts;
    var score = inner(query0, k[key]);
    if (wide) {
      score += inner(query1, k[key + 1]);
    }
    let raised = max(top, score);
    let shrink = exp(top - raised);
    let p = exp(score - raised);
    top = raised;
    total = total * shrink + p;
    sum0 = sum0 * shrink + v[key] * p;
    if (wide) {
      sum1 = sum1 * shrink + v[key + 1] * p;
    }
  }
  result[at] = sum0 * (1 / total);
  if (wide) {
    result[at + 1] = sum1 * (1 / total);
  }
  lse[row * size.heads + head] = top + log(total);
}
