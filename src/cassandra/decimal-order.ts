import { InvalidValue } from "./error.ts";
import { bigintOrder, type Conversion, type ValueOrder } from "./value-order.ts";

/** A decimal number as `unscaled` × 10^-`scale`. */
export interface DecimalParts {
  readonly unscaled: bigint;
  readonly scale: number;
}

const wholes = bigintOrder(undefined, undefined);

/** How far the scales of two numbers may differ for a middle to be computed. */
const MAX_SCALE_DIFFERENCE = 20_000;

/** Returns the order of decimal numbers of any scale. */
export function decimalOrder<Value>({
  known: partsOf,
  back,
}: Conversion<Value, DecimalParts>): ValueOrder<Value> {
  const compare = (one: Value, other: Value) => compareDecimals(partsOf(one), partsOf(other));
  return {
    unlikely: back({ unscaled: -1n, scale: -999 }),
    compare,
    middle(low, high) {
      const ends = [low, high].map((end) => (end === undefined ? undefined : partsOf(end)));
      const scales = ends.flatMap((end) => (end ? [end.scale] : []));
      const scale = Math.max(0, ...scales);
      if (scales.some((each) => scale - each > MAX_SCALE_DIFFERENCE)) {
        throw new InvalidValue("OUT_OF_RANGE", `must have at most ${MAX_SCALE_DIFFERENCE} digits`);
      }
      const [from, to] = ends.map((end) => end && end.unscaled * 10n ** BigInt(scale - end.scale));
      const whole = wholes.middle(from, to);
      if (whole !== undefined) return back({ unscaled: whole, scale });
      if (from === undefined || to === undefined || from >= to) return undefined;
      return back({ unscaled: from * 10n + 5n, scale: scale + 1 });
    },
  };
}

/** Returns the number of digits before the decimal point, or if negative, of zeros after it. */
function magnitude({ unscaled, scale }: DecimalParts): number {
  return String(unscaled < 0n ? -unscaled : unscaled).length - scale;
}

function compareDecimals(one: DecimalParts, other: DecimalParts): number {
  const [first, second] = [one, other].map(({ unscaled }) =>
    unscaled < 0n ? -1 : Number(unscaled > 0n),
  );
  if (first !== second || first === 0) return first! - second!;
  const [size, otherSize] = [magnitude(one), magnitude(other)];
  if (size !== otherSize) return (size - otherSize) * first!;
  const scale = Math.max(one.scale, other.scale);
  const [a, b] = [one, other].map((each) => each.unscaled * 10n ** BigInt(scale - each.scale));
  return wholes.compare(a!, b!);
}
