import { type ColumnType, defineType, identityOf, wrongType } from "../type.ts";
import { collectionColumn, type Column, partOf } from "../column.ts";
import { decodeAll, encodeAll, kept, sorted, whole } from "./collection.ts";
import { frozenType } from "./frozen.ts";
import { compareAll, compareBy, orderOf, partBy, textsOf } from "./parts.ts";

/**
 * CQL `set`: distinct values, as a `Set`; the database keeps them in the order of their type. See {@link list}.
 *
 * JavaScript compares a `Date`, bytes or an object in a `Set` by identity: of equal ones, one is stored.
 */
export function set<Element>(element: Column<Element>) {
  return collectionColumn(setType(partOf(element), false));
}

function setType<Element>(
  given: ColumnType<Element>,
  isFrozen: boolean,
): ColumnType<ReadonlySet<Element>> {
  const element = isFrozen ? frozenType(given) : given;
  const expects = `a set of ${element.cql}`;
  const elements = (rule: "check" | "match") => (value: unknown) => {
    if (!(value instanceof Set)) throw wrongType("a Set", value);
    const items = Array.from(value, (each, at) => partBy(rule, element, `item ${at}`, each));
    return new Set(
      sorted(
        items,
        (one, other) => compareBy(element, one, other),
        (first) => first,
      ),
    );
  };
  const texts = (value: ReadonlySet<Element>, textOf: (element: Element) => string) =>
    JSON.stringify(Array.from(value, textOf).toSorted());
  return defineType<ReadonlySet<Element>>({
    kind: "set",
    ...kept("set", [element], isFrozen),
    expects,
    check: elements("check"),
    match: elements("match"),
    encode: (value) =>
      encodeAll(
        Array.from(value, (each) => element.encode(each)),
        value.size,
      ),
    decode(bytes) {
      const items = decodeAll(bytes, 1, expects).map((each) => element.decode(each));
      return whole(new Set(items), items, expects);
    },
    toText: (value) => texts(value, (each) => element.toText(each)),
    fromText: (text) => new Set(textsOf(text, expects).map((each) => element.fromText(each))),
    identity: (value) => texts(value, (each) => identityOf(element, each)),
    ...orderOf([element], (one, other) => compareAll(element, [...one], [...other])),
    parts: [{ name: "element", type: element }],
    ...(!isFrozen && { freeze: () => setType(given, true) }),
  });
}
