// attention_backward_key_value.wgsl for heads of 16 or 32, which are one or two 4x4 matrices of named registers.
// One invocation per row and key head.
override group: u32 = 16;
override wide: bool = false; // heads of 32

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read_write> dk: array<mat4x4f>; // (rows, kv_heads * head_dim)
@group(0) @binding(1) var<storage, read_write> dv: array<mat4x4f>; // (rows, kv_heads * head_dim)
@group(0) @binding(2) var<storage, read> delta: array<f32>; // (rows, heads)
@group(0) @binding(3) var<storage, read> dresult: array<mat4x4f>; // (rows, heads * head_dim)
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
  if (i >= size.rows * size.kv_heads) {
    return;
  }
  let kv_head = i / size.rows;
  let row = i % size.rows;
  let shared_by = size.heads / size.kv_heads;
  let end = row - row % size.context + size.context;
  let parts = select(1u, 2u, wide);
  let at = (row * size.kv_heads + kv_head) * parts;
  let key0 = k[at] * size.scale;
  let value0 = v[at];
  var key1: mat4x4f;
  var value1: mat4x4f;
  if (wide) {
    key1 = k[at + 1] * size.scale;
    value1 = v[at + 1];
  }
  var dkey0 = mat4x4f();
  var dkey1 = mat4x4f();
  var dvalue0 = mat4x4f();
  var dvalue1 = mat4x4f();
  for (var t = row; t < end; t++) {
    for (var h = kv_head * shared_by; h < (kv_head + 1) * shared_by; h++) {
      let per_head = t * size.heads + h;
      let query = per_head * parts;
      let query0 = q[query];
      let dout0 = dresult[query];
      var score = inner(query0, key0);
      var dp = inner(dout0, value0);
      var query1: mat4x4f;
      var dout1: mat4x4f;
      if (wide) {
        query1 = q[query + 1];
        dout1 = dresult[query + 1];
        score += inner(query1, key1);
        dp += inner(dout1, value1);
      }
      let p = exp(score - lse[per_head]);
      let dscore = p * (dp - delta[per_head]);
      dvalue0 += dout0 * p;
      dkey0 += query0 * dscore;
      if (wide) {
        dvalue1 += dout1 * p;
        dkey1 += query1 * dscore;
      }
    }
  }
  dk[at] = dkey0 * size.scale;
  dv[at] = dvalue0;
  if (wide) {
    dk[at + 1] = dkey1 * size.scale;
    dv[at + 1] = dvalue1;
  }
}
