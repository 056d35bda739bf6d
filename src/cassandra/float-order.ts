import { bigintOrder, convertedOrder, type ValueOrder } from "./value-order.ts";

const bits = new DataView(new ArrayBuffer(8));

/** The order of 64-bit numbers, like `Double.compare` in Java: -0 before 0, NaN after all others. */
export const doubleOrder = floatOrder(64, {
  write: (value) => bits.setFloat64(0, value),
  read: () => bits.getFloat64(0),
});

/** The order of 32-bit numbers: see {@link doubleOrder}. */
export const singleOrder = floatOrder(32, {
  write: (value) => bits.setFloat32(0, value),
  read: () => bits.getFloat32(0),
});

/** Writes a number to {@link bits}, and reads it from there. */
interface FloatAccess {
  write(this: void, value: number): void;
  read(this: void): number;
}

/** Orders numbers by their bits. Those of negative numbers are in reverse order. */
function floatOrder(size: 32 | 64, { write, read }: FloatAccess): ValueOrder<number> {
  const get = () => (size === 64 ? bits.getBigInt64(0) : BigInt(bits.getInt32(0)));
  const set = (value: bigint) =>
    size === 64 ? bits.setBigInt64(0, value) : bits.setInt32(0, Number(value));
  const least = -(2n ** BigInt(size - 1));
  // The highest bit of a number is its sign. The rank of -0 is one below that of 0.
  const flip = (value: bigint) => (value < 0n ? least - value - 1n : value);
  const rankOf = (value: number) => {
    write(value);
    return flip(get());
  };
  // Many bit patterns are NaN, which is one value.
  const last = rankOf(Infinity) + 1n;
  const rank = (value: number) => (Number.isNaN(value) ? last : rankOf(value));
  const valueOf = (value: bigint) => {
    if (value === last) return NaN;
    set(flip(value));
    return read();
  };
  return convertedOrder(bigintOrder(rank(-Infinity), last), { known: rank, back: valueOf });
}
