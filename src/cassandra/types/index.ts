export { blob } from "./blob.ts";
export { boolean } from "./boolean.ts";
export { frozen } from "./frozen.ts";
export { list } from "./list.ts";
export { map } from "./map.ts";
export { set } from "./set.ts";
export { date, time } from "./date.ts";
export { decimal } from "./decimal.ts";
export { duration } from "./duration.ts";
export { double, float } from "./floats.ts";
export { inet } from "./inet.ts";
export {
  bigint,
  counter,
  int,
  INT_MAX,
  INT_MIN,
  type IntegerOptions,
  smallint,
  tinyint,
  varint,
} from "./integers.ts";
export { ascii, text, type TextOptions, varchar } from "./text.ts";
export { timestamp } from "./timestamp.ts";
export { tuple } from "./tuple.ts";
export { udt } from "./udt.ts";
export { timeuuid, uuid } from "./uuid.ts";
export { vector } from "./vector.ts";
