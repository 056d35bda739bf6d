import { type ColumnType, defineType, identityOf, wrongType } from "../type.ts";
import { collectionColumn, type Column, partOf } from "../column.ts";
import { collectionCql, decodeElements, encodeElements, type Frozenness } from "./collection.ts";
import { frozenType } from "./frozen.ts";
import {
  composedRules,
  listCompare,
  composedOrder,
  requirePart,
  parseTexts,
  type ValueRule,
} from "./parts.ts";

/**
 * CQL `list`: values in order, as an array. A list within another type, or one that is only replaced as a whole, must
 * be {@link frozen}.
 *
 * Cassandra does not distinguish an empty collection from null, unless it is frozen. So it reads as empty, never as
 * null.
 *
 * @example list(text()) // list<text>
 * @example frozen(list(text())) // frozen<list<text>>
 */
export function list<Element>(element: Column<Element>) {
  return collectionColumn(listType(partOf(element), { isFrozen: false }));
}

/** The type of a {@link list}. */
export function listType<Element>(
  given: ColumnType<Element>,
  { isFrozen }: Frozenness,
): ColumnType<readonly Element[]> {
  const element = isFrozen ? frozenType(given) : given;
  const expects = `a list of ${element.cql}`;
  const elements = (rule: ValueRule) => (value: unknown) => {
    if (!Array.isArray(value)) throw wrongType(expects, value);
    return Array.from(value, (each, at) =>
      requirePart(each, { type: element, name: `item ${at}`, rule }),
    );
  };
  return defineType<readonly Element[]>({
    kind: "list",
    ...collectionCql("list", [element], { isFrozen }),
    expects,
    ...composedRules([element], elements),
    encode: (value) =>
      encodeElements(
        value.map((each) => element.encode(each)),
        value.length,
      ),
    decode: (bytes) =>
      decodeElements(bytes, { valuesPerElement: 1, expects }).map((each) => element.decode(each)),
    toText: (value) => JSON.stringify(value.map((each) => element.toText(each))),
    fromText: (text) => parseTexts(text, expects).map((each) => element.fromText(each)),
    identity: (value) => JSON.stringify(value.map((each) => identityOf(element, each))),
    ...composedOrder([element], listCompare(element)),
    parts: [{ name: "element", type: element }],
    ...(!isFrozen && { freeze: () => listType(given, { isFrozen: true }) }),
  });
}
