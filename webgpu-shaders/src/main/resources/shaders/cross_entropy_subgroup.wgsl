// cross_entropy_workgroup.wgsl with one barrier instead of one for every halving: each subgroup merges all parts.
enable subgroups;

override group: u32 = 256; // a multiple of the subgroup's size, or smaller

struct Sizes {
  rows: u32,
  vocabulary: u32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read_write> losses: array<f32>; // (n,1)
@group(0) @binding(1) var<storage, read_write> logits: array<f32>; // (n,vocabulary)
@group(0) @binding(2) var<storage, read> targets: array<u32>; // ids (n)
@group(1) @binding(0) var<uniform> size: Sizes;

// maximum, and sum of exp(logit - maximum)
var<workgroup> partials: array<vec2f, group>;

fn merged(a: vec2f, b: vec2f) -> vec2f {
  let top = max(a.x, b.x);
  return vec2f(top, a.y * exp(a.x - top) + b.y * exp(b.x - top));
}

// of every invocation's part
fn total(part: vec2f, me: u32, lane: u32, lanes: u32) -> vec2f {
  partials[me] = part;
  workgroupBarrier();
  var all = vec2f(-3.0e38, 0);
  for (var i = lane; i < group; i += lanes) {
    all = merged(all, partials[i]);
  }
  let top = subgroupMax(all.x);
  return vec2f(top, subgroupAdd(all.y * exp(all.x - top)));
}

@compute @workgroup_size(group)
fn main(
  @builtin(workgroup_id) id: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) me: u32,
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(subgroup_size) lanes: u32,
) {
  let row = id.x + id.y * groups.x;
  if (row >= size.rows) {
    return;
  }
  let first = row * size.vocabulary;
  let wanted = targets[row];
  let wanted_logit = logits[first + wanted]; // before anybody overwrites it
  var part = vec2f(-3.0e38, 0);
  for (var j = me; j < size.vocabulary; j += group) {
    part = merged(part, vec2f(logits[first + j], 1));
  }
  let all = total(part, me, lane, lanes);
  if (me == 0) {
    losses[row] = all.x + log(all.y) - wanted_logit;
  }
  let factor = size.scale / all.y;
  for (var j = me; j < size.vocabulary; j += group) {
    logits[first + j] = exp(logits[first + j] - all.x) * factor - select(0.0, size.scale, j == wanted);
  }
}
