// result = the numbers that narrow.wgsl packed, exactly. One invocation per word.
override group: u32 = 64;

struct Sizes {
  count: u32, // of the result
}

@group(0) @binding(0) var<storage, read_write> result: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<u32>; // (count + 1) / 2
@group(1) @binding(0) var<uniform> size: Sizes;

fn widened(bits: u32) -> f32 {
  let magnitude = bits & 0x7fff;
  let normal = (magnitude << 13) + 0x38000000; // exponents' biases, 112 apart
  let subnormal = bitcast<u32>(f32(magnitude) * 0x1p-24f);
  return bitcast<f32>(((bits & 0x8000) << 16) | select(subnormal, normal, magnitude >= 0x400));
}

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let word = id.x + id.y * groups.x * group;
  let i = 2 * word;
  if (i >= size.count) {
    return;
  }
  result[i] = widened(x[word] & 0xffff);
  if (i + 1 < size.count) {
    result[i + 1] = widened(x[word] >> 16);
  }
}
