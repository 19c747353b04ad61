// C (m,n) = A (m,k) B^T, or added to C or D, with B (n,k) and at most 8 rows: a product of decoding, where reading B once is all
// that counts. A workgroup computes four columns of C; its invocations share out k and add up their sums. k is a multiple of 4.
override group: u32 = 64; // a power of two

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

var<workgroup> partial: array<vec4f, group>;

@compute @workgroup_size(group)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) local: u32) {
  let vectors = size.k / 4;
  let column = 4 * tile.x;
  let at = min(vec4u(column) + vec4u(0, 1, 2, 3), vec4u(size.n - 1)) * vectors;
  var sums: array<vec4f, 8>;
  for (var p = local; p < vectors; p += group) {
    let right = mat4x4f(b[at.x + p], b[at.y + p], b[at.z + p], b[at.w + p]);
    for (var i = 0u; i < size.m; i++) {
      sums[i] += a[i * vectors + p] * right;
    }
  }
  for (var i = 0u; i < size.m; i++) {
    partial[local] = sums[i];
    workgroupBarrier();
    for (var half = group / 2; half > 0; half /= 2) {
      if (local < half) {
        partial[local] += partial[local + half];
      }
      workgroupBarrier();
    }
    if (local < 4 && column + local < size.n) {
      let place = i * size.n + column + local;
      c[place] = addend(place, column + local) + partial[0][local];
    }
    workgroupBarrier();
  }
}
