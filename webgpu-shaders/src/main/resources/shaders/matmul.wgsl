// C (m,n) = op(A) op(B), or added to C or D, for any sizes. One invocation computes 4x4 elements of C in registers.
// The three layouts differ only in strides, so that one pipeline serves all.
override group_rows: u32 = 4;
override group_columns: u32 = 8;

struct Sizes {
  m: u32,
  n: u32,
  k: u32,
  addend: u32, // what C is stored on top of: 0 nothing, 1 itself, 2 D, 3 a row of D for all
  a_row: u32, // elements of A between rows of op(A)
  a_step: u32, // ... between columns of op(A)
  b_step: u32, // elements of B between rows of op(B)
  b_column: u32, // ... between columns of op(B)
}

@group(0) @binding(0) var<storage, read_write> c: array<f32>; // (m,n)
@group(0) @binding(1) var<storage, read> a: array<f32>; // (m,k), or (k,m) transposed
@group(0) @binding(2) var<storage, read> b: array<f32>; // (k,n), or (n,k) transposed
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

const LANES = vec4u(0, 1, 2, 3);

@compute @workgroup_size(group_columns, group_rows)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = 4 * id.y;
  let column = 4 * id.x;
  if (row >= size.m || column >= size.n) {
    return;
  }
  // past the edge the last row or column is read again, and not stored
  var at_a = min(row + LANES, vec4u(size.m - 1)) * size.a_row;
  var at_b = min(column + LANES, vec4u(size.n - 1)) * size.b_column;
  var sums = mat4x4f(); // sums[i] is row i of the tile
  for (var p = 0u; p < size.k; p++) {
    let x = vec4f(a[at_a.x], a[at_a.y], a[at_a.z], a[at_a.w]);
    let y = vec4f(b[at_b.x], b[at_b.y], b[at_b.z], b[at_b.w]);
    sums += mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y);
    at_a += size.a_step;
    at_b += size.b_step;
  }
  for (var i = 0u; i < 4 && row + i < size.m; i++) {
    for (var j = 0u; j < 4 && column + j < size.n; j++) {
      let at = (row + i) * size.n + column + j;
      c[at] = addend(at, column + j) + sums[i][j];
    }
  }
}
