// out = softmax(q k^T * scale, causal) v and lse = log-sum-exp of each row's scores, with the running maximum and sum of
// online softmax (Milakov and Gimelshein 2018). One invocation per row and query head; the rows of a head are neighbours,
// so that they read the same keys.
override group: u32 = 16;
override head_vectors: u32 = 4; // head_dim / 4, at most 32

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
  past: u32, // keys before the first row's own
}

@group(0) @binding(0) var<storage, read_write> result: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(1) var<storage, read_write> lse: array<f32>; // (rows, heads)
@group(0) @binding(2) var<storage, read> q: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(3) var<storage, read> k: array<vec4f>; // (past + rows, kv_heads * head_dim)
@group(0) @binding(4) var<storage, read> v: array<vec4f>; // (past + rows, kv_heads * head_dim)
@group(1) @binding(0) var<uniform> size: Sizes;

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
  var sum: array<vec4f, 32>; // of values times exp(score - top)
  for (var d = 0u; d < head_vectors; d++) {
    query[d] = q[at + d] * size.scale;
    sum[d] = vec4f();
  }
  var top = -3.0e38;
  var total = 0.0;
  for (var s = row - row % size.context; s <= row + size.past; s++) {
    let key = (s * size.kv_heads + kv_head) * head_vectors;
    var products = vec4f();
    for (var d = 0u; d < head_vectors; d++) {
      products += query[d] * k[key + d];
    }
    let score = products.x + products.y + products.z + products.w;
    if (score > top) {
      let shrink = exp(top - score);
      total *= shrink;
      for (var d = 0u; d < head_vectors; d++) {
        sum[d] *= shrink;
      }
      top = score;
    }
    let p = exp(score - top);
    total += p;
    for (var d = 0u; d < head_vectors; d++) {
      sum[d] += p * v[key + d];
    }
  }
  for (var d = 0u; d < head_vectors; d++) {
    result[at + d] = sum[d] / total;
  }
  lse[row * size.heads + head] = top + log(total);
}
