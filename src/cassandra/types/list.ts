import { type ColumnType, defineType, identityOf, wrongType } from "../type.ts";
import { collectionColumn, type Column, partOf } from "../column.ts";
import { decodeAll, encodeAll, kept } from "./collection.ts";
import { frozenType } from "./frozen.ts";
import { compareAll, orderOf, partBy, textsOf } from "./parts.ts";

/**
 * CQL `list`: values in order, as an array. Within another type, or to be replaced as a whole only, it is
 * {@link frozen}.
 *
 * Cassandra cannot tell an empty collection from none, unless it is frozen: so it reads as empty, never as null.
 *
 * @example list(text()) // list<text>
 * @example frozen(list(text())) // frozen<list<text>>
 */
export function list<Element>(element: Column<Element>) {
  return collectionColumn(listType(partOf(element), false));
}

/** The type of a {@link list}. */
export function listType<Element>(
  given: ColumnType<Element>,
  isFrozen: boolean,
): ColumnType<readonly Element[]> {
  const element = isFrozen ? frozenType(given) : given;
  const expects = `a list of ${element.cql}`;
  const elements = (rule: "check" | "match") => (value: unknown) => {
    if (!Array.isArray(value)) throw wrongType(expects, value);
    return Array.from(value, (each, at) => partBy(rule, element, `item ${at}`, each));
  };
  return defineType<readonly Element[]>({
    kind: "list",
    ...kept("list", [element], isFrozen),
    expects,
    check: elements("check"),
    match: elements("match"),
    encode: (value) =>
      encodeAll(
        value.map((each) => element.encode(each)),
        value.length,
      ),
    decode: (bytes) => Array.from(decodeAll(bytes, 1, expects), (each) => element.decode(each)),
    toText: (value) => JSON.stringify(value.map((each) => element.toText(each))),
    fromText: (text) => textsOf(text, expects).map((each) => element.fromText(each)),
    identity: (value) => JSON.stringify(value.map((each) => identityOf(element, each))),
    ...orderOf([element], (one, other) => compareAll(element, one, other)),
    parts: [{ name: "element", type: element }],
    ...(!isFrozen && { freeze: () => listType(given, true) }),
  });
}
