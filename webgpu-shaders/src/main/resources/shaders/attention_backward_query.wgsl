// dq and delta = sum(dout * out) of attention, the probabilities recomputed from lse (Dao 2023: FlashAttention-2).
// One invocation per row and query head.
override group: u32 = 16;
override head_vectors: u32 = 4; // head_dim / 4, at most 32

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read_write> dq: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(1) var<storage, read_write> delta: array<f32>; // (rows, heads)
@group(0) @binding(2) var<storage, read> dresult: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(3) var<storage, read> result: array<vec4f>; // (rows, heads * head_dim)
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
  if (i >= size.rows * size.heads) {
    return;
  }
  let head = i / size.rows;
  let row = i % size.rows;
  let kv_head = head / (size.heads / size.kv_heads);
  let at = (row * size.heads + head) * head_vectors;
  var query: array<vec4f, 32>;
  var dout: array<vec4f, 32>;
  var sum: array<vec4f, 32>; // of keys times the gradient of their scores
  var products = vec4f();
  for (var d = 0u; d < head_vectors; d++) {
    query[d] = q[at + d] * size.scale;
    dout[d] = dresult[at + d];
    products += dout[d] * result[at + d];
    sum[d] = vec4f();
  }
  let pull = total(products);
  let normaliser = lse[row * size.heads + head];
  delta[row * size.heads + head] = pull;
  for (var s = row - row % size.context; s <= row; s++) {
    let key = (s * size.kv_heads + kv_head) * head_vectors;
    var score = vec4f();
    var dp = vec4f();
    for (var d = 0u; d < head_vectors; d++) {
      score += query[d] * k[key + d];
      dp += dout[d] * v[key + d];
    }
    let dscore = exp(total(score) - normaliser) * (total(dp) - pull);
    for (var d = 0u; d < head_vectors; d++) {
      sum[d] += dscore * k[key + d];
    }
  }
  for (var d = 0u; d < head_vectors; d++) {
    dq[at + d] = sum[d] * size.scale;
  }
}
