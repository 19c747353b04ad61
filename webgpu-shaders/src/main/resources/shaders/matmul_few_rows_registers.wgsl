// C (m,n) = A (m,k) B^T, or C += A B^T, with B (n,k) and few rows, as matmul_few_rows.wgsl but without workgroup memory and
// barriers, which CPU adapters pay for: one invocation computes four columns of one row. k is a multiple of 4.
override group: u32 = 16;

struct Sizes {
  m: u32,
  n: u32,
  k: u32,
  accumulate: u32,
}

@group(0) @binding(0) var<storage, read_write> c: array<f32>; // (m,n)
@group(0) @binding(1) var<storage, read> a: array<vec4f>; // (m,k)
@group(0) @binding(2) var<storage, read> b: array<vec4f>; // (n,k)
@group(1) @binding(0) var<uniform> size: Sizes;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = 4 * id.x;
  if (column >= size.n) {
    return;
  }
  let vectors = size.k / 4;
  let row = id.y * vectors;
  // past the edge the last column is read again, and not stored
  let at = min(vec4u(column) + vec4u(0, 1, 2, 3), vec4u(size.n - 1)) * vectors;
  var sums = vec4f();
  for (var p = 0u; p < vectors; p++) {
    sums += a[row + p] * mat4x4f(b[at.x + p], b[at.y + p], b[at.z + p], b[at.w + p]);
  }
  for (var j = 0u; j < 4 && column + j < size.n; j++) {
    let place = id.y * size.n + column + j;
    c[place] = select(sums[j], c[place] + sums[j], size.accumulate == 1);
  }
}
