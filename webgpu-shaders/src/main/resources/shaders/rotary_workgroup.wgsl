// rotary.wgsl for GPUs: one invocation per pair, so that neighbours touch neighbours.
override group: u32 = 64;

struct Sizes {
  pairs: u32, // of all rows and heads
  half: u32, // head_dim / 2
  width: u32, // heads * head_dim
  context: u32,
  direction: f32, // 1 or -1
  position: u32, // of row 0
}

@group(0) @binding(0) var<storage, read_write> x: array<f32>; // (n, width)
@group(0) @binding(1) var<storage, read> table: array<f32>; // (context, head_dim): cosines, then sines
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let pair = id.x + id.y * groups.x * group;
  if (pair >= size.pairs) {
    return;
  }
  let component = pair % size.half;
  let head = pair / size.half; // counted over all rows
  let row = head * 2 * size.half / size.width;
  let angle = ((row + size.position) % size.context) * 2 * size.half + component;
  let cosine = table[angle];
  let sine = size.direction * table[angle + size.half];
  let at = head * 2 * size.half + component;
  let first = x[at];
  let second = x[at + size.half];
  x[at] = first * cosine - second * sine;
  x[at + size.half] = second * cosine + first * sine;
}
