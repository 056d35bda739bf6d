import type { CqlType } from "../cql-type.ts";
import { type Column, column } from "../column.ts";
import type { ColumnType } from "../type.ts";
import { blob } from "./blob.ts";
import { boolean } from "./boolean.ts";
import { frozen } from "./frozen.ts";
import { list } from "./list.ts";
import { map } from "./map.ts";
import { set } from "./set.ts";
import { date, time } from "./date.ts";
import { decimal } from "./decimal.ts";
import { duration } from "./duration.ts";
import { double, float } from "./floats.ts";
import { inet } from "./inet.ts";
import { bigint, counter, int, smallint, tinyint, varint } from "./integers.ts";
import { ascii, text } from "./text.ts";
import { timestamp } from "./timestamp.ts";
import { tuple } from "./tuple.ts";
import { udtType } from "./udt.ts";
import { timeuuid, uuid } from "./uuid.ts";
import { vector } from "./vector.ts";

/** The native types of CQL that take no arguments, each as a column without bounds. */
export const nativeColumns: Readonly<Record<string, () => Column>> = {
  ascii,
  bigint,
  blob,
  boolean,
  counter,
  date,
  decimal,
  double,
  duration,
  float,
  inet,
  int,
  smallint,
  text,
  time,
  timestamp,
  timeuuid,
  tinyint,
  uuid,
  varchar: text,
  varint,
};

/**
 * Returns the column type of a CQL type, or undefined if there is none, e.g. for a custom class.
 *
 * @example typeNamed(parseType("map<text, int>"))
 */
export function typeNamed(type: CqlType): ColumnType | undefined {
  return columnNamed(type)?.type;
}

function columnNamed({ name, args, fields }: CqlType): Column | undefined {
  if (fields) {
    const parts = fields.flatMap((field) => {
      const type = typeNamed(field.type);
      return type ? [{ name: field.name, type }] : [];
    });
    // Not by `udt(…)`: in a JavaScript object, properties named by a number come first.
    return parts.length === fields.length
      ? column(udtType(name, parts, { isFrozen: false }))
      : undefined;
  }
  if (args.length === 0)
    return Object.hasOwn(nativeColumns, name) ? nativeColumns[name]!() : undefined;
  if (name === "vector") {
    const element = columnNamed(args[0]!);
    return element && vector(element, Number(args[1]!.name));
  }
  const [first, second, ...others] = args.map(columnNamed);
  if (!first) return undefined;
  switch (name) {
    case "frozen":
      return frozen(first);
    case "list":
      return list(first);
    case "set":
      return set(first);
    case "map":
      return second && map(first, second);
    case "tuple": {
      const rest = [...(args.length > 1 ? [second] : []), ...others];
      return rest.includes(undefined) ? undefined : tuple(first, ...(rest as Column[]));
    }
    default:
      return undefined;
  }
}
