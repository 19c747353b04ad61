/**
 * How an update (a pseudo-gradient, one number per parameter) becomes bytes and back. Start reading at {@link UpdateCodec};
 * {@link UpdateEncoding} lists the forms, {@link Slice} says which part of an update a task sends, {@link ErrorFeedback} keeps what a form dropped, {@link CheckpointDelta} carries the
 * coordinator's own steps to returning workers.
 *
 * <p>Every byte follows from the values alone, on every platform: arithmetic is done in doubles and rounded to f32 only where
 * it is stored, sums run in one order, ties go to the lower position. INT8, INT4 and SIGN are defined by {@link
 * org.decentralizedai.kernels.BlockCode}, so that integers come to the same bytes and a device can write them ({@link DeviceUpdate}). All numbers are little-endian; within a byte, bits are
 * filled from the lowest up. A scale is a f32 or a bf16, which is the upper half of a f32.
 *
 * <pre>
 * F32      | f32 | f32 | ...
 * INT8     | scale f32 | 256 x i8 |  ...  | scale f32 | rest x i8 |                        value = scale * i8
 * INT4     | scale bf16 | 64 x i4 |  ...  | scale bf16 | rest x i4 | 0 to a whole byte |   value = scale * i4
 * SIGN     | scale bf16 | 512 bits | ... | scale bf16 | rest, 0 to a whole byte |          value = scale, - scale where the bit is 1
 * TOPk_n   chunk | chunk | ... | zero bits to a whole byte |           of 4096 values each, the last may be shorter
 *   chunk  | low bf16 | high bf16 | r: 4 bits | k entries |                 of a short chunk: ceil(k * length / 4096)
 *   entry  | gap >> r zero bits | 1 | gap, lowest r bits | n bits: magnitude from the lowest bit up, then the sign |
 *          gap: values that are skipped since the last entry             value = -+(low + (high - low) * m * (m + t) / 2t²)
 *                                                                        where t is the greatest magnitude code m
 * delta    | version u8 = 1 | encoding u8 | 0 u16 | values i32 | the step in that encoding |
 * </pre>
 *
 * Pure, TeaVM-safe; no class here keeps state between calls.
 */
@NullMarked
package org.decentralizedai.compress;

import org.jspecify.annotations.NullMarked;
