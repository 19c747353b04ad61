// C (m,n) = A (m,k) B^T, or added to C or D, with B (n,k) and few rows, as matmul_few_rows.wgsl but without workgroup memory and
// barriers, which CPU adapters pay for: one invocation computes four columns of one row. k is a multiple of 4.
override group: u32 = 16;

struct Sizes {
  m: u32,
  n: u32,
  k: u32,
  addend: u32, // what C is stored on top of: 0 nothing, 1 itself, 2 D, 3 a row of D for all
}

@group(0) @binding(0) var<storage, read_write> c: array<f32>; // (m,n)
@group(0) @binding(1) var<storage, read> a: array<vec4f>; // (m,k)
@group(0) @binding(2) var<storage, read> b: array<vec4f>; // (n,k)
@group(0) @binding(3) var<storage, read> d: array<f32>; // (m,n), or (1,n); not read in the other cases
@group(1) @binding(0) var<uniform> size: Sizes;

fn addend(at: u32, column: u32) -> f32 {
  switch (size.addend) {
    case 1: { return c[at]; }
    case 2: { return d[at]; }
    case 3: { return d[column]; }
    default: { return 0; }
  }
}

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
    c[place] = addend(place, column + j) + sums[j];
  }
}
