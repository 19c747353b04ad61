// attention_backward_query.wgsl for heads of 16 or 32, which are one or two 4x4 matrices of named registers.
// One invocation per row and query head.
override group: u32 = 16;
override wide: bool = false; // heads of 32

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read_write> dq: array<mat4x4f>; // (rows, heads * head_dim)
@group(0) @binding(1) var<storage, read_write> delta: array<f32>; // (rows, heads)
@group(0) @binding(2) var<storage, read> dresult: array<mat4x4f>; // (rows, heads * head_dim)
@group(0) @binding(3) var<storage, read> result: array<mat4x4f>; // (rows, heads * head_dim)
@group(0) @binding(4) var<storage, read> lse: array<f32>; // (rows, heads)
@group(0) @binding(5) var<storage, read> q: array<mat4x4f>; // (rows, heads * head_dim)
@group(0) @binding(6) var<storage, read> k: array<mat4x4f>; // (rows, kv_heads * head_dim)
@group(0) @binding(7) var<storage, read> v: array<mat4x4f>; // (rows, kv_heads * head_dim)
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
  let dout0 = dresult[at];
  var pull = inner(dout0, result[at]);
  var query1: mat4x4f;
  var dout1: mat4x4f;
  if (wide) {
    query1 = q[at + 1] * size.scale;
    dout1 = dresult[at + 1];
    pull += inner(dout1, result[at + 1]);
  }
  let normaliser = lse[row * size.heads + head];
  delta[row * size.heads + head] = pull;
  var sum0 = mat4x4f(); // of keys times the gradient of their scores
  var sum1 = mat4x4f();
  for (var s = row - row % size.context; s <= row; s++) {
    let key = (s * size.kv_heads + kv_head) * parts;
    let k0 = k[key];
    var score = inner(query0, k0);
    var dp = inner(dout0, v[key]);
    var k1: mat4x4f;
    if (wide) {
      k1 = k[key + 1];
      score += inner(query1, k1);
      dp += inner(dout1, v[key + 1]);
    }
    let dscore = exp(score - normaliser) * (dp - pull);
    sum0 += k0 * dscore;
    if (wide) {
      sum1 += k1 * dscore;
    }
  }
  dq[at] = sum0 * size.scale;
  if (wide) {
    dq[at + 1] = sum1 * size.scale;
  }
}
