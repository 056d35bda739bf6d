import { bigintOrder, convertedOrder, type ValueOrder } from "./value-order.ts";

const bits = new DataView(new ArrayBuffer(8));

/** The order of numbers of 64 bits, as `Double.compare` of Java has it: -0 before 0, NaN after all. */
export const doubleOrder = floatOrder(
  64,
  (value) => bits.setFloat64(0, value),
  () => bits.getFloat64(0),
);

/** The order of numbers of 32 bits: see {@link doubleOrder}. */
export const singleOrder = floatOrder(
  32,
  (value) => bits.setFloat32(0, value),
  () => bits.getFloat32(0),
);

/** The numbers of a size in the order of their bits, of which those of negative ones count backwards. */
function floatOrder(
  size: 32 | 64,
  write: (value: number) => void,
  read: () => number,
): ValueOrder<number> {
  const get = () => (size === 64 ? bits.getBigInt64(0) : BigInt(bits.getInt32(0)));
  const set = (value: bigint) =>
    size === 64 ? bits.setBigInt64(0, value) : bits.setInt32(0, Number(value));
  const least = -(2n ** BigInt(size - 1));
  // Of a number's bits, the highest is its sign; -0 is one below 0.
  const flip = (value: bigint) => (value < 0n ? least - value - 1n : value);
  const rankOf = (value: number) => {
    write(value);
    return flip(get());
  };
  // Many bits are NaN, which is one value.
  const last = rankOf(Infinity) + 1n;
  const rank = (value: number) => (Number.isNaN(value) ? last : rankOf(value));
  const valueOf = (value: bigint) => {
    if (value === last) return NaN;
    set(flip(value));
    return read();
  };
  return convertedOrder(bigintOrder(rank(-Infinity), last), rank, valueOf);
}
