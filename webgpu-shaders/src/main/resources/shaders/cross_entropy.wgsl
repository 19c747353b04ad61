// losses (n,1) = -log softmax(logits)[target] in nats; then logits (n,vocabulary) become their own gradient,
// (softmax(logits) - onehot(target)) * scale. One invocation per row.
override group: u32 = 16;

struct Sizes {
  rows: u32,
  vocabulary: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read_write> losses: array<f32>; // (n,1)
@group(0) @binding(1) var<storage, read_write> logits: array<f32>; // (n,vocabulary)
@group(0) @binding(2) var<storage, read> targets: array<u32>; // ids (n)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.x + id.y * groups.x * group;
  if (row >= size.rows) {
    return;
  }
  let first = row * size.vocabulary;
  var top = logits[first];
  for (var j = 1u; j < size.vocabulary; j++) {
    top = max(top, logits[first + j]);
  }
  var total = 0.0;
  for (var j = 0u; j < size.vocabulary; j++) {
    total += exp(logits[first + j] - top);
  }
  let wanted = first + targets[row];
  losses[row] = top + log(total) - logits[wanted];
  let factor = size.scale / total;
  for (var j = 0u; j < size.vocabulary; j++) {
    logits[first + j] = exp(logits[first + j] - top) * factor;
  }
  logits[wanted] -= size.scale;
}
