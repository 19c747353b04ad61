// dk and dv of attention: each key gathers from the later queries of all heads that share it, so that nothing is added
// atomically. After attention_backward_query, which leaves delta. One invocation per row and key head.
override group: u32 = 16;
override head_vectors: u32 = 4; // head_dim / 4, at most 32

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read_write> dk: array<vec4f>; // (rows, kv_heads * head_dim)
@group(0) @binding(1) var<storage, read_write> dv: array<vec4f>; // (rows, kv_heads * head_dim)
@group(0) @binding(2) var<storage, read> delta: array<f32>; // (rows, heads)
@group(0) @binding(3) var<storage, read> dresult: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(4) var<storage, read> lse: array<f32>; // (rows, heads)
@group(0) @binding(5) var<storage, read> q: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(6) var<storage, read> k: array<vec4f>; // (rows, kv_heads * head_dim)
@group(0) @binding(7) var<storage, read> v: array<vec4f>; // (rows, kv_heads * head_dim)
@group(1) @binding(0) var<uniform> size: Sizes;

fn total(x: vec4f) -> f32 {
  return x.x + x.y + x.z + x.w;
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
  let at = (row * size.kv_heads + kv_head) * head_vectors;
  var key: array<vec4f, 32>;
  var value: array<vec4f, 32>;
  var dkey: array<vec4f, 32>;
  var dvalue: array<vec4f, 32>;
  for (var d = 0u; d < head_vectors; d++) {
    key[d] = k[at + d] * size.scale;
    value[d] = v[at + d];
    dkey[d] = vec4f();
    dvalue[d] = vec4f();
  }
  for (var t = row; t < end; t++) {
    for (var h = kv_head * shared_by; h < (kv_head + 1) * shared_by; h++) {
      let per_head = t * size.heads + h;
      let query = per_head * head_vectors;
      var score = vec4f();
      var dp = vec4f();
      for (var d = 0u; d < head_vectors; d++) {
        score += q[query + d] * key[d];
        dp += dresult[query + d] * value[d];
      }
      let p = exp(total(score) - lse[per_head]);
      let dscore = p * (total(dp) - delta[per_head]);
      for (var d = 0u; d < head_vectors; d++) {
        dvalue[d] += p * dresult[query + d];
        dkey[d] += dscore * q[query + d];
      }
    }
  }
  for (var d = 0u; d < head_vectors; d++) {
    dk[at + d] = dkey[d] * size.scale;
    dv[at + d] = dvalue[d];
  }
}
