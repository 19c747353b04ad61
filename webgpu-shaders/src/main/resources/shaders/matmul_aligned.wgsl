// C (m,n) = op(A) op(B), or added to C or D, where rows in memory are whole vectors of four: m for ATB, k for the others,
// and n are multiples of 4; other sizes take matmul.wgsl. One invocation computes 8x8 elements of C in registers, as four
// 4x4 blocks: without workgroup memory, which CPU adapters are slow at and take long to compile.
//
// A block's matrix has the rows of C as its columns, so that for four steps of k: block += (rows of op(B)) * (rows of op(A)).
override group_rows: u32 = 4;
override group_columns: u32 = 4;

struct Sizes {
  m: u32,
  n: u32,
  k: u32,
  addend: u32, // what C is stored on top of: 0 nothing, 1 itself, 2 D, 3 a row of D for all
}

@group(0) @binding(0) var<storage, read_write> c: array<vec4f>; // (m,n)
@group(0) @binding(1) var<storage, read> a: array<vec4f>; // (m,k), or (k,m) for atb
@group(0) @binding(2) var<storage, read> b: array<vec4f>; // (k,n), or (n,k) for abt
@group(0) @binding(3) var<storage, read> d: array<vec4f>; // (m,n), or (1,n); not read in the other cases
@group(1) @binding(0) var<uniform> size: Sizes;

fn addend(at: u32, vector: u32) -> vec4f {
  switch (size.addend) {
    case 1: { return c[at]; }
    case 2: { return d[at]; }
    case 3: { return d[vector]; }
    default: { return vec4f(); }
  }
}

const LANES = vec4u(0, 1, 2, 3);

// Past the edge the last row or column is read again, and not stored.
fn rows_from(first: u32, count: u32, stride: u32) -> vec4u {
  return min(first + LANES, vec4u(count - 1)) * stride;
}

fn from_a(at: vec4u, step: u32) -> mat4x4f {
  return mat4x4f(a[at.x + step], a[at.y + step], a[at.z + step], a[at.w + step]);
}

fn from_b(at: vec4u, step: u32) -> mat4x4f {
  return mat4x4f(b[at.x + step], b[at.y + step], b[at.z + step], b[at.w + step]);
}

fn outer(x: vec4f, y: vec4f) -> mat4x4f {
  return mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y);
}

fn store(row: u32, vector: u32, value: vec4f) {
  if (row < size.m && 4 * vector < size.n) {
    let at = row * (size.n / 4) + vector;
    c[at] = addend(at, vector) + value;
  }
}

fn store_block(row: u32, vector: u32, block: mat4x4f) {
  store(row, vector, block[0]);
  store(row + 1, vector, block[1]);
  store(row + 2, vector, block[2]);
  store(row + 3, vector, block[3]);
}

@compute @workgroup_size(group_columns, group_rows)
fn ab(@builtin(global_invocation_id) id: vec3u) {
  let row = 8 * id.y;
  let left = 2 * id.x; // in vectors
  let vectors = size.n / 4;
  if (row >= size.m || left >= vectors) {
    return;
  }
  let right = min(left + 1, vectors - 1);
  let steps = size.k / 4;
  let upper = rows_from(row, size.m, steps);
  let lower = rows_from(row + 4, size.m, steps);
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  var at_b = LANES * vectors;
  for (var p = 0u; p < steps; p++) {
    let b0 = from_b(at_b, left);
    let b1 = from_b(at_b, right);
    let a0 = from_a(upper, p);
    c00 += b0 * a0;
    c01 += b1 * a0;
    let a1 = from_a(lower, p);
    c10 += b0 * a1;
    c11 += b1 * a1;
    at_b += 4 * vectors;
  }
  store_block(row, left, c00);
  store_block(row, left + 1, c01);
  store_block(row + 4, left, c10);
  store_block(row + 4, left + 1, c11);
}

@compute @workgroup_size(group_columns, group_rows)
fn abt(@builtin(global_invocation_id) id: vec3u) {
  let row = 8 * id.y;
  let column = 8 * id.x;
  if (row >= size.m || column >= size.n) {
    return;
  }
  let steps = size.k / 4;
  let upper = rows_from(row, size.m, steps);
  let lower = rows_from(row + 4, size.m, steps);
  let left = rows_from(column, size.n, steps);
  let right = rows_from(column + 4, size.n, steps);
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  for (var p = 0u; p < steps; p++) {
    let b0 = transpose(from_b(left, p));
    let b1 = transpose(from_b(right, p));
    let a0 = from_a(upper, p);
    c00 += b0 * a0;
    c01 += b1 * a0;
    let a1 = from_a(lower, p);
    c10 += b0 * a1;
    c11 += b1 * a1;
  }
  store_block(row, column / 4, c00);
  store_block(row, column / 4 + 1, c01);
  store_block(row + 4, column / 4, c10);
  store_block(row + 4, column / 4 + 1, c11);
}

@compute @workgroup_size(group_columns, group_rows)
fn atb(@builtin(global_invocation_id) id: vec3u) {
  let upper = 2 * id.y; // in vectors
  let left = 2 * id.x;
  let height = size.m / 4;
  let width = size.n / 4;
  if (upper >= height || left >= width) {
    return;
  }
  let lower = min(upper + 1, height - 1);
  let right = min(left + 1, width - 1);
  var c00 = mat4x4f();
  var c01 = mat4x4f();
  var c10 = mat4x4f();
  var c11 = mat4x4f();
  var p = 0u;
  for (; p + 4 <= size.k; p += 4) {
    let b0 = from_b(LANES * width, p * width + left);
    let b1 = from_b(LANES * width, p * width + right);
    let a0 = transpose(from_a(LANES * height, p * height + upper));
    c00 += b0 * a0;
    c01 += b1 * a0;
    let a1 = transpose(from_a(LANES * height, p * height + lower));
    c10 += b0 * a1;
    c11 += b1 * a1;
  }
  for (; p < size.k; p++) {
    let b0 = b[p * width + left];
    let b1 = b[p * width + right];
    let a0 = a[p * height + upper];
    c00 += outer(a0, b0);
    c01 += outer(a0, b1);
    let a1 = a[p * height + lower];
    c10 += outer(a1, b0);
    c11 += outer(a1, b1);
  }
  store_block(4 * upper, left, c00);
  store_block(4 * upper, left + 1, c01);
  store_block(4 * upper + 4, left, c10);
  store_block(4 * upper + 4, left + 1, c11);
}
