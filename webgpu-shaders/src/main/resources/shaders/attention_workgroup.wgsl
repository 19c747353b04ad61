// attention.wgsl for GPUs: a workgroup computes 16 queries of one head against 16 keys at a time, held in workgroup memory,
// then their values in the same place. Invocation (b,a) has queries a and a + 8, keys b and b + 8, and every 8th vector of
// the result from b on.
override head_vectors: u32 = 4; // head_dim / 4, at most 32

const lanes = 8u;
const side = 16u; // queries, and keys, of a tile

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

var<workgroup> tile: array<vec4f, side * (head_vectors + 1)>; // padded, so that lanes meet different banks
var<workgroup> scores: array<array<f32, side>, side>; // [query][key]
var<workgroup> weights: array<array<f32, side>, side>; // exp(score - top)

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
  if (job >= blocks * size.heads * (size.rows / size.context)) {
    return;
  }
  let first = job % blocks * side; // position of the first query
  let head = job / blocks % size.heads;
  let first_row = job / blocks / size.heads * size.context; // of the sequence
  let kv_head = head / (size.heads / size.kv_heads);
  let seen = size.past + min(first + side, size.context); // keys, by the last query

  let a = me.y;
  let b = me.x;
  let at = vec2u(first + a, first + a + lanes); // positions of my queries
  let row = (first_row + min(at, vec2u(size.context - 1))) * size.heads + head;
  var sum0: array<vec4f, 4>; // of values times exp(score - top)
  var sum1: array<vec4f, 4>;
  var top = vec2f(-3.0e38);
  var total_weight = vec2f();
  for (var s0 = 0u; s0 < seen; s0 += side) {
    workgroupBarrier(); // the last values were used
    for (var i = index; i < side * head_vectors; i += lanes * lanes) {
      let s = min(s0 + i / head_vectors, seen - 1);
      let key = ((first_row + s) * size.kv_heads + kv_head) * head_vectors;
      tile[i / head_vectors * stride + i % head_vectors] = k[key + i % head_vectors];
    }
    workgroupBarrier();
    var products00 = vec4f();
    var products01 = vec4f();
    var products10 = vec4f();
    var products11 = vec4f();
    for (var d = 0u; d < head_vectors; d++) {
      let q0 = q[row.x * head_vectors + d];
      let q1 = q[row.y * head_vectors + d];
      let k0 = tile[b * stride + d];
      let k1 = tile[(b + lanes) * stride + d];
      products00 += q0 * k0;
      products01 += q0 * k1;
      products10 += q1 * k0;
      products11 += q1 * k1;
    }
    let last = at + size.past; // keys that my queries see, inclusive
    let score00 = select(-3.0e38, total(products00) * size.scale, s0 + b <= last.x);
    let score01 = select(-3.0e38, total(products01) * size.scale, s0 + b + lanes <= last.x);
    let score10 = select(-3.0e38, total(products10) * size.scale, s0 + b <= last.y);
    let score11 = select(-3.0e38, total(products11) * size.scale, s0 + b + lanes <= last.y);
    scores[a][b] = score00;
    scores[a][b + lanes] = score01;
    scores[a + lanes][b] = score10;
    scores[a + lanes][b + lanes] = score11;
    workgroupBarrier();
    var raised = top;
    for (var j = 0u; j < side; j++) {
      raised = max(raised, vec2f(scores[a][j], scores[a + lanes][j]));
    }
    weights[a][b] = exp(score00 - raised.x);
    weights[a][b + lanes] = exp(score01 - raised.x);
    weights[a + lanes][b] = exp(score10 - raised.y);
    weights[a + lanes][b + lanes] = exp(score11 - raised.y);
    for (var i = index; i < side * head_vectors; i += lanes * lanes) {
      let s = min(s0 + i / head_vectors, seen - 1);
      let value = ((first_row + s) * size.kv_heads + kv_head) * head_vectors;
      tile[i / head_vectors * stride + i % head_vectors] = v[value + i % head_vectors];
    }
    workgroupBarrier();
    let shrink = exp(top - raised);
    top = raised;
    total_weight *= shrink;
    for (var c = 0u; c * lanes < head_vectors; c++) {
      sum0[c] *= shrink.x;
      sum1[c] *= shrink.y;
    }
    for (var j = 0u; j < side; j++) {
      let p = vec2f(weights[a][j], weights[a + lanes][j]);
      total_weight += p;
      for (var c = 0u; c * lanes < head_vectors; c++) {
        let value = tile[j * stride + min(b + c * lanes, head_vectors - 1)];
        sum0[c] += p.x * value;
        sum1[c] += p.y * value;
      }
    }
  }
  for (var c = 0u; c * lanes < head_vectors; c++) {
    let d = b + c * lanes;
    if (d < head_vectors && at.x < size.context) {
      result[row.x * head_vectors + d] = sum0[c] / total_weight.x;
    }
    if (d < head_vectors && at.y < size.context) {
      result[row.y * head_vectors + d] = sum1[c] / total_weight.y;
    }
  }
  if (b == 0 && at.x < size.context) {
    lse[row.x] = top.x + log(total_weight.x);
  }
  if (b == 0 && at.y < size.context) {
    lse[row.y] = top.y + log(total_weight.y);
  }
}
