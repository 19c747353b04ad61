// code = the bytes of x (1,count) in blocks that share a scale, as BlockCode.java defines them, to the bit: integers only, since a device
// may flush small f32 to zero, take NaN for anything, and divide with an error. A magnitude is the bits of a f32 without
// its sign; it stands for significand * 2^(exponent - 150). One invocation per unit: the fewest blocks that are whole words.
override group: u32 = 64;

struct Sizes {
  count: u32,
}

@group(0) @binding(0) var<storage, read_write> code: array<u32>; // bytes, little-endian, zero after the last
@group(0) @binding(1) var<storage, read> x: array<u32>; // bits of the values
@group(1) @binding(0) var<uniform> size: Sizes;

const MAGNITUDE = 0x7fffffffu;
const NEGATIVE = 0x80000000u;
const INFINITE = 0x7f800000u;

fn exponent(magnitude: u32) -> u32 {
  return max(1u, magnitude >> 23u);
}

fn significand(magnitude: u32) -> u32 {
  return select((magnitude & 0x7fffffu) | 0x800000u, magnitude, magnitude < 0x800000u);
}

// bf16 of a f32 that is no NaN: to the nearest, ties to even, a finite one stays finite.
fn brain16(bits: u32) -> u32 {
  let half = (bits + 0x7fffu + ((bits >> 16u) & 1u)) >> 16u;
  let overflown = (half & 0x7fffu) == 0x7f80u && (bits & MAGNITUDE) < INFINITE;
  return select(half, half - 1u, overflown);
}

// floor(|x / scale| + 1/2), or ceil(|x / scale| - 1/2) where x / scale is negative: both are floor(x / scale + 1/2).
fn nearest(value: u32, scale: u32, negative: bool) -> u32 {
  let above = i32(exponent(value)) + 1 - i32(exponent(scale));
  if (above < 0) {
    return 0u; // less than a half
  }
  let divisor = significand(scale);
  let dividend = significand(value);
  var halves = dividend / divisor; // will be floor(2 |x / scale|)
  var rest = dividend - halves * divisor;
  for (var i = 0; i < above; i++) {
    rest <<= 1u;
    let one = u32(rest >= divisor);
    rest -= one * divisor;
    halves = (halves << 1u) | one;
  }
  return (halves + select(1u, 0u, negative && rest == 0u)) >> 1u;
}

// Words are written one after the other, from the lowest bit up; no value lies in two of them.
var<private> word: u32;
var<private> filled: u32;
var<private> at: u32;

fn begin(first: u32) {
  word = 0u;
  filled = 0u;
  at = first;
}

fn put(value: u32, bits: u32) {
  word |= value << filled;
  filled += bits;
  if (filled == 32u) {
    code[at] = word;
    begin(at + 1u);
  }
}

fn finish() {
  if (filled > 0u) {
    code[at] = word;
  }
}

// The f32 nearest to a finite magnitude / 127. No ties: 127 is odd.
fn part_of_127(magnitude: u32) -> u32 {
  let power = exponent(magnitude);
  let dividend = significand(magnitude) << min(7u, power - 1u);
  var quotient = dividend / 127u;
  if (quotient >= 0x1000000u) { // a bit too many
    return ((power - 7u) << 23u) + ((quotient + 1u) >> 1u);
  }
  quotient += u32(2u * (dividend - quotient * 127u) > 127u);
  return (max(power, 8u) - 8u) * 0x800000u + quotient;
}

// 256 values: scale f32, a byte each.
@compute @workgroup_size(group)
fn int8(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unit = id.x + id.y * groups.x * group;
  let start = unit * 256u;
  if (start >= size.count) {
    return;
  }
  let end = min(start + 256u, size.count);
  var greatest = 0u;
  for (var i = start; i < end; i++) {
    greatest = max(greatest, x[i] & MAGNITUDE);
  }
  var scale = select(INFINITE, 0x7fc00000u, greatest > INFINITE);
  if (greatest < INFINITE) {
    scale = part_of_127(greatest);
  }
  begin(unit * 65u);
  put(scale, 32u);
  let coded = scale > 0u && scale < INFINITE;
  for (var i = start; i < end; i++) {
    var value = 0u;
    if (coded) {
      let negative = x[i] >= NEGATIVE;
      let steps = min(127u, nearest(x[i] & MAGNITUDE, scale, negative));
      value = select(steps, 256u - steps, negative) & 255u;
    }
    put(value, 8u);
  }
  finish();
}

// bf16 of the bits of -value / 8.
fn part_of_minus_8(value: u32) -> u32 {
  let magnitude = value & MAGNITUDE;
  let sign = (value & NEGATIVE) ^ NEGATIVE;
  if (magnitude > INFINITE) {
    return 0x7fc0u;
  }
  if (magnitude == INFINITE) {
    return brain16(sign | INFINITE);
  }
  if (magnitude >= 4u << 23u) {
    return brain16(sign | (magnitude - (3u << 23u)));
  }
  let eighths = significand(magnitude) << (exponent(magnitude) - 1u); // of 2^-149, the f32's least: round ties to even
  return brain16(sign | ((eighths + 3u + ((eighths >> 3u) & 1u)) >> 3u));
}

fn int4_block(start: u32, end: u32) {
  var greatest = 0u; // the first of greatest magnitude
  for (var i = start; i < end; i++) {
    greatest = select(greatest, x[i], (x[i] & MAGNITUDE) > (greatest & MAGNITUDE));
  }
  let half = part_of_minus_8(greatest);
  put(half, 16u);
  let scale = (half << 16u) & MAGNITUDE;
  let coded = scale > 0u && scale < INFINITE;
  for (var i = start; i < end; i++) {
    var value = 0u;
    if (coded) {
      let negative = (x[i] >= NEGATIVE) != (half >= 0x8000u);
      let steps = nearest(x[i] & MAGNITUDE, scale, negative);
      value = select(min(steps, 7u), 16u - min(steps, 8u), negative) & 15u;
    }
    put(value, 4u);
  }
}

// Two blocks of 64 values: scale bf16, four bits each.
@compute @workgroup_size(group)
fn int4(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unit = id.x + id.y * groups.x * group;
  let start = unit * 128u;
  if (start >= size.count) {
    return;
  }
  begin(unit * 17u);
  for (var block = start; block < min(start + 128u, size.count); block += 64u) {
    int4_block(block, min(block + 64u, size.count));
  }
  finish();
}

// bf16 of the mean magnitude, which is cut.
fn mean(start: u32, end: u32) -> u32 {
  var greatest = 0u;
  for (var i = start; i < end; i++) {
    greatest = max(greatest, x[i] & MAGNITUDE);
  }
  if (greatest >= INFINITE) {
    return select(0x7fc0u, 0x7f80u, greatest == INFINITE);
  }
  let highest = exponent(greatest);
  var sum = 0u;
  for (var i = start; i < end; i++) {
    let magnitude = x[i] & MAGNITUDE;
    sum += significand(magnitude) >> min(31u, highest - exponent(magnitude) + 2u);
  }
  let steps = sum / (end - start); // of 2^(highest - 148), fewer than 2^22
  if (steps == 0u) {
    return 0u;
  }
  let top = firstLeadingBit(steps);
  if (top + highest <= 21u) { // below the normal f32
    return brain16(steps << (highest + 1u));
  }
  return brain16(((top + highest - 21u) << 23u) | ((steps << (23u - top)) & 0x7fffffu));
}

// Two blocks of 512 values: scale bf16, a bit each.
@compute @workgroup_size(group)
fn signs(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let unit = id.x + id.y * groups.x * group;
  let start = unit * 1024u;
  if (start >= size.count) {
    return;
  }
  begin(unit * 33u);
  for (var block = start; block < min(start + 1024u, size.count); block += 512u) {
    let end = min(block + 512u, size.count);
    put(mean(block, end), 16u);
    for (var i = block; i < end; i++) {
      put(x[i] >> 31u, 1u);
    }
  }
  finish();
}
