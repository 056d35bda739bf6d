import { type ColumnType, defineType, identityOf, unreadable, wrongType } from "../type.ts";
import { type Column, column, partOf } from "../column.ts";
import { readVint, writeVint } from "../vint.ts";
import {
  composedRules,
  listCompare,
  composedOrder,
  requirePart,
  parseTexts,
  type ValueRule,
} from "./parts.ts";
import { frozenType } from "./frozen.ts";

/**
 * CQL `vector`: a fixed number of values of one type, none of which is null, as an array.
 *
 * @example vector(float(), 1536) // vector<float, 1536>
 */
export function vector<Element>(element: Column<Element>, dimension: number) {
  return column(vectorType(frozenType(partOf(element)), dimension));
}

function vectorType<Element>(
  element: ColumnType<Element>,
  dimension: number,
): ColumnType<readonly Element[]> {
  const expects = `a list of ${dimension} values of ${element.cql}`;
  const { length } = element;
  const elements = (rule: ValueRule) => (value: unknown) => {
    if (!Array.isArray(value) || value.length !== dimension) throw wrongType(expects, value);
    return Array.from(value, (each, at) =>
      requirePart(each, { type: element, name: `item ${at}`, rule }),
    );
  };
  return defineType<readonly Element[]>({
    kind: "vector",
    cql: `vector<${element.cql}, ${dimension}>`,
    ...(length !== undefined && { length: length * dimension }),
    expects,
    ...composedRules([element], elements),
    encode: (value) =>
      Buffer.concat(
        value.flatMap((each) => {
          const bytes = element.encode(each);
          return length === undefined ? [writeVint(BigInt(bytes.length)), bytes] : [bytes];
        }),
      ),
    decode(bytes) {
      let at = 0;
      const values = Array.from({ length: dimension }, () => {
        const [size, start] = length === undefined ? readVint(bytes, at) : [length, at];
        at = start + Number(size);
        if (at > bytes.length) throw unreadable(expects);
        return element.decode(bytes.subarray(start, at));
      });
      if (at !== bytes.length) throw unreadable(expects);
      return values;
    },
    toText: (value) => JSON.stringify(value.map((each) => element.toText(each))),
    fromText: (text) => parseTexts(text, expects).map((each) => element.fromText(each)),
    identity: (value) => JSON.stringify(value.map((each) => identityOf(element, each))),
    ...composedOrder([element], listCompare(element)),
    parts: [{ name: "element", type: element }],
  });
}
