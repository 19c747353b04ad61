// attention.wgsl for GPUs and few rows after many cached ones: a workgroup computes one row of one head, 64 keys at a time,
// a score by each invocation, then of the result every 64th component.
override head_vectors: u32 = 4; // head_dim / 4, at most 32

const group = 64u;

struct Sizes {
  rows: u32, // batch * context
  context: u32,
  heads: u32,
  kv_heads: u32,
  scale: f32,
  past: u32, // keys before the first row's own
}

@group(0) @binding(0) var<storage, read_write> result: array<f32>; // (rows, heads * head_dim)
@group(0) @binding(1) var<storage, read_write> lse: array<f32>; // (rows, heads)
@group(0) @binding(2) var<storage, read> q: array<vec4f>; // (rows, heads * head_dim)
@group(0) @binding(3) var<storage, read> k: array<vec4f>; // (past + rows, kv_heads * head_dim)
@group(0) @binding(4) var<storage, read> v: array<f32>; // (past + rows, kv_heads * head_dim)
@group(1) @binding(0) var<uniform> size: Sizes;

var<workgroup> query: array<vec4f, head_vectors>;
var<workgroup> scores: array<f32, group>;
var<workgroup> weights: array<f32, group>; // exp(score - top)

@compute @workgroup_size(group)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
) {
  let per_head = id.x + id.y * groups.x; // row * heads + head
  if (per_head >= size.rows * size.heads) {
    return;
  }
  let kv_head = per_head % size.heads / (size.heads / size.kv_heads);
  let seen = size.past + per_head / size.heads + 1; // keys
  let head_dim = 4 * head_vectors;
  if (me < head_vectors) {
    query[me] = q[per_head * head_vectors + me] * size.scale;
  }
  var sum = vec2f(); // of values times exp(score - top): components me and me + group
  var top = -3.0e38;
  var total = 0.0;
  for (var s0 = 0u; s0 < seen; s0 += group) {
    workgroupBarrier();
    var score = -3.0e38;
    if (s0 + me < seen) {
      let key = ((s0 + me) * size.kv_heads + kv_head) * head_vectors;
      var products = vec4f();
      for (var d = 0u; d < head_vectors; d++) {
        products += query[d] * k[key + d];
      }
      score = products.x + products.y + products.z + products.w;
    }
    scores[me] = score;
    workgroupBarrier();
    var raised = top;
    for (var j = 0u; j < group; j++) {
      raised = max(raised, scores[j]);
    }
    weights[me] = exp(score - raised);
    workgroupBarrier();
    let shrink = exp(top - raised);
    top = raised;
    total *= shrink;
    sum *= shrink;
    for (var j = 0u; j < min(group, seen - s0); j++) {
      let value = ((s0 + j) * size.kv_heads + kv_head) * head_dim;
      total += weights[j];
      if (me < head_dim) {
        sum.x += weights[j] * v[value + me];
      }
      if (me + group < head_dim) {
        sum.y += weights[j] * v[value + me + group];
      }
    }
  }
  if (me < head_dim) {
    result[per_head * head_dim + me] = sum.x / total;
  }
  if (me + group < head_dim) {
    result[per_head * head_dim + me + group] = sum.y / total;
  }
  if (me == 0) {
    lse[per_head] = top + log(total);
  }
}
