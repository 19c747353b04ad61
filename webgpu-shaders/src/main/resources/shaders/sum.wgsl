// total (1,1) = sum of partials, or +=. A single invocation: there are at most a thousand or so, as vectors of four.
override group: u32 = 1;

struct Sizes {
  vectors: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<storage, read_write> total: array<f32>; // (1,1)
@group(0) @binding(1) var<storage, read> partials: array<vec4f>; // (1, 4 * vectors)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main() {
  var sum = vec4f();
  for (var i = 0u; i < size.vectors; i++) {
    sum += partials[i];
  }
  let all = sum.x + sum.y + sum.z + sum.w;
  total[0] = select(all, total[0] + all, size.accumulate == 1);
}
