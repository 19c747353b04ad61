// Turns components i and i + head_dim / 2 of every head by the angle of the row's position, in place; backwards with
// direction -1. One invocation per row and head: the divisions that find its place are made once.
override group: u32 = 16;

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
  let head = id.x + id.y * groups.x * group; // counted over all rows
  if (head * size.half >= size.pairs) {
    return;
  }
  let first = head * 2 * size.half;
  let angle = (first / size.width + size.position) % size.context * 2 * size.half;
  for (var i = 0u; i < size.half; i++) {
    let cosine = table[angle + i];
    let sine = size.direction * table[angle + size.half + i];
    let a = x[first + i];
    let b = x[first + size.half + i];
    x[first + i] = a * cosine - b * sine;
    x[first + size.half + i] = b * cosine + a * sine;
  }
}
