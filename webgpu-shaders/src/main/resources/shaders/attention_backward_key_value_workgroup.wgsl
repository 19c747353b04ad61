// attention_backward_key_value.wgsl for GPUs: a workgroup computes 16 keys and values of one key head against 16 queries at
// a time, held in workgroup memory, then their dresult in the same place. Invocation (b,a) has keys a and a + 8, queries b
// and b + 8, and every 8th vector of dk and dv from b on.
override head_vectors: u32 = 4; // head_dim / 4, at most 32

const lanes = 8u;
const side = 16u; // keys, and queries, of a tile

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

var<workgroup> tile: array<vec4f, side * (head_vectors + 1)>; // padded, so that lanes meet different banks
var<workgroup> probabilities: array<array<f32, side>, side>; // [key][query]
var<workgroup> dscores: array<array<f32, side>, side>; // [key][query]

fn total(x: vec4f) -> f32 {
  return x.x + x.y + x.z + x.w;
}

@compute @workgroup_size(lanes, lanes)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) me: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let stride = head_vectors + 1;
  let blocks = (size.context + side - 1) / side;
  let job = id.x + id.y * groups.x;
  if (job >= blocks * size.kv_heads * (size.rows / size.context)) {
    return;
  }
  let first = job % blocks * side; // position of the first key
  let kv_head = job / blocks % size.kv_heads;
  let first_row = job / blocks / size.kv_heads * size.context; // of the sequence
  let shared_by = size.heads / size.kv_heads;

  let a = me.y;
  let b = me.x;
  let at = vec2u(first + a, first + a + lanes); // positions of my keys
  let row = (first_row + min(at, vec2u(size.context - 1))) * size.kv_heads + kv_head;
  var dkey0: array<vec4f, 4>;
  var dkey1: array<vec4f, 4>;
  var dvalue0: array<vec4f, 4>;
  var dvalue1: array<vec4f, 4>;
  for (var head = kv_head * shared_by; head < (kv_head + 1) * shared_by; head++) {
    for (var t0 = first; t0 < size.context; t0 += side) {
      workgroupBarrier(); // the last tile was used
      for (var i = index; i < side * head_vectors; i += lanes * lanes) {
        let t = min(t0 + i / head_vectors, size.context - 1);
        let query = ((first_row + t) * size.heads + head) * head_vectors;
        tile[i / head_vectors * stride + i % head_vectors] = q[query + i % head_vectors];
      }
      workgroupBarrier();
      var products00 = vec4f();
      var products01 = vec4f();
      var products10 = vec4f();
      var products11 = vec4f();
      for (var d = 0u; d < head_vectors; d++) {
        let k0 = k[row.x * head_vectors + d];
        let k1 = k[row.y * head_vectors + d];
        let q0 = tile[b * stride + d];
        let q1 = tile[(b + lanes) * stride + d];
        products00 += k0 * q0;
        products01 += k0 * q1;
        products10 += k1 * q0;
        products11 += k1 * q1;
      }
      workgroupBarrier();
      for (var i = index; i < side * head_vectors; i += lanes * lanes) {
        let t = min(t0 + i / head_vectors, size.context - 1);
        let query = ((first_row + t) * size.heads + head) * head_vectors;
        tile[i / head_vectors * stride + i % head_vectors] = dresult[query + i % head_vectors];
      }
      workgroupBarrier();
      var dp00 = vec4f();
      var dp01 = vec4f();
      var dp10 = vec4f();
      var dp11 = vec4f();
      for (var d = 0u; d < head_vectors; d++) {
        let v0 = v[row.x * head_vectors + d];
        let v1 = v[row.y * head_vectors + d];
        let dout0 = tile[b * stride + d];
        let dout1 = tile[(b + lanes) * stride + d];
        dp00 += v0 * dout0;
        dp01 += v0 * dout1;
        dp10 += v1 * dout0;
        dp11 += v1 * dout1;
      }
      let t = vec2u(t0 + b, t0 + b + lanes); // positions of my queries
      let per_head = (first_row + min(t, vec2u(size.context - 1))) * size.heads + head;
      let normaliser = vec2f(lse[per_head.x], lse[per_head.y]);
      let pull = vec2f(delta[per_head.x], delta[per_head.y]);
      let there = t < vec2u(size.context);
      let p00 = select(0.0, exp(total(products00) * size.scale - normaliser.x), there.x && at.x <= t.x);
      let p01 = select(0.0, exp(total(products01) * size.scale - normaliser.y), there.y && at.x <= t.y);
      let p10 = select(0.0, exp(total(products10) * size.scale - normaliser.x), there.x && at.y <= t.x);
      let p11 = select(0.0, exp(total(products11) * size.scale - normaliser.y), there.y && at.y <= t.y);
      probabilities[a][b] = p00;
      probabilities[a][b + lanes] = p01;
      probabilities[a + lanes][b] = p10;
      probabilities[a + lanes][b + lanes] = p11;
      dscores[a][b] = p00 * (total(dp00) - pull.x);
      dscores[a][b + lanes] = p01 * (total(dp01) - pull.y);
      dscores[a + lanes][b] = p10 * (total(dp10) - pull.x);
      dscores[a + lanes][b + lanes] = p11 * (total(dp11) - pull.y);
      workgroupBarrier();
      for (var j = 0u; j < side; j++) {
        let query = ((first_row + min(t0 + j, size.context - 1)) * size.heads + head) * head_vectors;
        for (var c = 0u; c * lanes < head_vectors; c++) {
          let d = min(b + c * lanes, head_vectors - 1);
          let dout = tile[j * stride + d];
          dvalue0[c] += probabilities[a][j] * dout;
          dvalue1[c] += probabilities[a + lanes][j] * dout;
          dkey0[c] += dscores[a][j] * q[query + d]; // read moments ago: in a cache
          dkey1[c] += dscores[a + lanes][j] * q[query + d];
        }
      }
    }
  }
  for (var c = 0u; c * lanes < head_vectors; c++) {
    let d = b + c * lanes;
    if (d < head_vectors && at.x < size.context) {
      dk[row.x * head_vectors + d] = dkey0[c] * size.scale;
      dv[row.x * head_vectors + d] = dvalue0[c];
    }
    if (d < head_vectors && at.y < size.context) {
      dk[row.y * head_vectors + d] = dkey1[c] * size.scale;
      dv[row.y * head_vectors + d] = dvalue1[c];
    }
  }
}
