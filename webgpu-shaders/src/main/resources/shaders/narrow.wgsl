// result = x as IEEE 754 binary16, two a word, the first in the lower half. To nearest, ties to even; what is beyond the greatest
// finite half becomes it. In integers, since WGSL leaves pack2x16float its rounding, its subnormals and what is too great.
// One invocation per word.
override group: u32 = 64;

struct Sizes {
  count: u32, // of x
}

@group(0) @binding(0) var<storage, read_write> result: array<u32>; // (count + 1) / 2
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(1) @binding(0) var<uniform> size: Sizes;

fn narrowed(value: f32) -> u32 {
  let bits = bitcast<u32>(value);
  let magnitude = min(bits & 0x7fffffff, 0x477fe000); // 65504
  let normal = (magnitude - 0x38000000 + 0xfff + ((magnitude >> 13) & 1)) >> 13; // 0x38000000: exponents' biases, 112 apart
  let subnormal = u32(round(bitcast<f32>(magnitude) * 0x1p24f)); // in units of the least one
  return ((bits >> 16) & 0x8000) | select(subnormal, normal, magnitude >= 0x38800000); // 2^-14
}

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let word = id.x + id.y * groups.x * group;
  let i = 2 * word;
  if (i >= size.count) {
    return;
  }
  var halves = narrowed(x[i]);
  if (i + 1 < size.count) {
    halves |= narrowed(x[i + 1]) << 16;
  }
  result[word] = halves;
}
