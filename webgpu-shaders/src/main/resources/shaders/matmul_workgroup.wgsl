// C (m,n) = op(A) op(B), or added to C or D, for any sizes, by tiles of both operands in workgroup memory: what a GPU's cores
// read again and again they read from near by. A workgroup of across x across invocations computes a square of C, each 4x4
// elements of it. Entry is the type of the tiles, f32 or f16 (see ShaderSources); sums are f32.
override across: u32 = 16;

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

const DEPTH = 16u; // steps of k in workgroup memory

var<workgroup> rows: array<Entry, DEPTH * 4 * across>; // (DEPTH, side) of op(A), turned
var<workgroup> columns: array<Entry, DEPTH * 4 * across>; // (DEPTH, side) of op(B)

// Neighbouring invocations load neighbouring elements. x: along the side, y: step of k.
fn place(index: u32, side: u32, along_steps: bool) -> vec2u {
  if (along_steps) {
    return vec2u(index / DEPTH, index % DEPTH);
  }
  return vec2u(index % side, index / side);
}

fn load(corner: vec2u, first: u32, local: u32) {
  let side = 4 * across;
  for (var i = local; i < DEPTH * side; i += across * across) {
    let p = place(i, side, size.a_step == 1);
    let row = corner.y + p.x;
    let step = first + p.y;
    let x = a[min(row, size.m - 1) * size.a_row + min(step, size.k - 1) * size.a_step];
    rows[p.y * side + p.x] = Entry(select(0, x, row < size.m && step < size.k));
  }
  for (var i = local; i < DEPTH * side; i += across * across) {
    let p = place(i, side, size.b_step == 1);
    let column = corner.x + p.x;
    let step = first + p.y;
    let y = b[min(step, size.k - 1) * size.b_step + min(column, size.n - 1) * size.b_column];
    columns[p.y * side + p.x] = Entry(select(0, y, column < size.n && step < size.k));
  }
}

@compute @workgroup_size(across, across)
fn main(
  @builtin(workgroup_id) tile: vec3u,
  @builtin(local_invocation_id) at: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let side = 4 * across;
  let corner = side * tile.xy;
  var sums: array<vec4f, 4>;
  for (var first = 0u; first < size.k; first += DEPTH) {
    load(corner, first, local);
    workgroupBarrier();
    for (var step = 0u; step < DEPTH; step++) {
      let x = step * side + 4 * at.y;
      let y = step * side + 4 * at.x;
      let right = vec4(columns[y], columns[y + 1], columns[y + 2], columns[y + 3]);
      for (var i = 0u; i < 4; i++) {
        sums[i] += vec4f(rows[x + i] * right);
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4; i++) {
    for (var j = 0u; j < 4; j++) {
      let row = corner.y + 4 * at.y + i;
      let column = corner.x + 4 * at.x + j;
      if (row < size.m && column < size.n) {
        let place = row * size.n + column;
        c[place] = addend(place, column) + sums[i][j];
      }
    }
  }
}
