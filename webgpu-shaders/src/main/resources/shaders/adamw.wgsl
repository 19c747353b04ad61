// One AdamW step, all tensors of one size; the gradient is first scaled down to the greatest norm, which is read here, so
// that nobody waits for it. One invocation per element.
override group: u32 = 64;

struct Step {
  count: u32,
  decayed: u32, // elements from the start that decay
  learning_rate: f32,
  beta1: f32,
  beta2: f32,
  rest1: f32, // 1 - beta1, rounded once
  rest2: f32, // 1 - beta2
  correction1: f32, // 1 / (1 - beta1^step)
  correction2: f32, // 1 / (1 - beta2^step)
  epsilon: f32,
  weight_decay: f32,
  clip_norm: f32, // 0: no limit
  bound: f32, // greatest |direction|
}

@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> moment1: array<f32>;
@group(0) @binding(2) var<storage, read_write> moment2: array<f32>;
@group(0) @binding(3) var<storage, read> gradients: array<f32>;
@group(0) @binding(4) var<storage, read> norm2: array<f32>; // (1,1): squared norm of all gradients
@group(1) @binding(0) var<uniform> step: Step;

@compute @workgroup_size(group)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * group;
  if (i >= step.count) {
    return;
  }
  let norm = sqrt(norm2[0]);
  let clip = select(1.0, step.clip_norm / norm, step.clip_norm > 0 && norm > step.clip_norm);
  let g = gradients[i] * clip;
  let m = step.beta1 * moment1[i] + step.rest1 * g;
  let v = step.beta2 * moment2[i] + step.rest2 * g * g;
  moment1[i] = m;
  moment2[i] = v;
  let decay = select(0.0, step.weight_decay * weights[i], i < step.decayed);
  let direction = m * step.correction1 / (sqrt(v * step.correction2) + step.epsilon);
  // not clamp alone, which may take NaN for a number
  let bounded = select(direction, clamp(direction, -step.bound, step.bound), abs(direction) > step.bound);
  weights[i] -= step.learning_rate * (bounded + decay);
}
