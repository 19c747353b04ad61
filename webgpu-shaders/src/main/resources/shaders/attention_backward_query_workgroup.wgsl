// attention_backward_query.wgsl for GPUs, laid out as attention_workgroup.wgsl: 16 queries of one head against 16 values,
// then their keys in the same place.
override head_vectors: u32 = 4; // head_dim / 4, at most 32

const lanes = 8u;
const side = 16u; // queries, and keys, of a tile

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

var<workgroup> tile: array<vec4f, side * (head_vectors + 1)>; // padded, so that lanes meet different banks
var<workgroup> dscores: array<array<f32, side>, side>; // [query][key]

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
  let seen = min(first + side, size.context); // keys, by the last query

  let a = me.y;
  let b = me.x;
  let at = vec2u(first + a, first + a + lanes); // positions of my queries
  let row = (first_row + min(at, vec2u(size.context - 1))) * size.heads + head;
  let normaliser = vec2f(lse[row.x], lse[row.y]);
  var pull0 = vec4f();
  var pull1 = vec4f();
  for (var d = 0u; d < head_vectors; d++) {
    pull0 += dresult[row.x * head_vectors + d] * result[row.x * head_vectors + d];
    pull1 += dresult[row.y * head_vectors + d] * result[row.y * head_vectors + d];
  }
  let pull = vec2f(total(pull0), total(pull1));
  if (b == 0 && at.x < size.context) {
    delta[row.x] = pull.x;
  }
  if (b == 0 && at.y < size.context) {
    delta[row.y] = pull.y;
  }
  var sum0: array<vec4f, 4>; // of keys times the gradient of their scores
  var sum1: array<vec4f, 4>;
  for (var s0 = 0u; s0 < seen; s0 += side) {
    workgroupBarrier(); // the last keys were used
    for (var i = index; i < side * head_vectors; i += lanes * lanes) {
      let s = min(s0 + i / head_vectors, seen - 1);
      let value = ((first_row + s) * size.kv_heads + kv_head) * head_vectors;
      tile[i / head_vectors * stride + i % head_vectors] = v[value + i % head_vectors];
    }
    workgroupBarrier();
    var dp00 = vec4f();
    var dp01 = vec4f();
    var dp10 = vec4f();
    var dp11 = vec4f();
    for (var d = 0u; d < head_vectors; d++) {
      let dout0 = dresult[row.x * head_vectors + d];
      let dout1 = dresult[row.y * head_vectors + d];
      let v0 = tile[b * stride + d];
      let v1 = tile[(b + lanes) * stride + d];
      dp00 += dout0 * v0;
      dp01 += dout0 * v1;
      dp10 += dout1 * v0;
      dp11 += dout1 * v1;
    }
    workgroupBarrier();
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
    let p00 = exp(total(products00) * size.scale - normaliser.x);
    let p01 = exp(total(products01) * size.scale - normaliser.x);
    let p10 = exp(total(products10) * size.scale - normaliser.y);
    let p11 = exp(total(products11) * size.scale - normaliser.y);
    dscores[a][b] = select(0.0, p00 * (total(dp00) - pull.x), s0 + b <= at.x);
    dscores[a][b + lanes] = select(0.0, p01 * (total(dp01) - pull.x), s0 + b + lanes <= at.x);
    dscores[a + lanes][b] = select(0.0, p10 * (total(dp10) - pull.y), s0 + b <= at.y);
    dscores[a + lanes][b + lanes] = select(0.0, p11 * (total(dp11) - pull.y), s0 + b + lanes <= at.y);
    workgroupBarrier();
    for (var j = 0u; j < side; j++) {
      for (var c = 0u; c * lanes < head_vectors; c++) {
        let key = tile[j * stride + min(b + c * lanes, head_vectors - 1)];
        sum0[c] += dscores[a][j] * key;
        sum1[c] += dscores[a + lanes][j] * key;
      }
    }
  }
  for (var c = 0u; c * lanes < head_vectors; c++) {
    let d = b + c * lanes;
    if (d < head_vectors && at.x < size.context) {
      dq[row.x * head_vectors + d] = sum0[c] * size.scale;
    }
    if (d < head_vectors && at.y < size.context) {
      dq[row.y * head_vectors + d] = sum1[c] * size.scale;
    }
  }
}
