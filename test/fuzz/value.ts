import {
  type GraphQLInputType,
  type GraphQLLeafType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
} from "graphql";
import type { Random } from "../chaos/random.ts";
import type { Choices, World } from "./case.ts";
import { oddText } from "./text.ts";

/** How a value is written. The two differ in the names of an object, and only a document has enum values. */
export type Notation = "JSON" | "GraphQL";

type ValueChoices = Choices & {
  readonly notation: Notation;
  /** The name of the argument or field. */
  readonly name?: string;
};

/** Writes a value of a type, and sometimes one that is not, unless the choices are careful. */
export function writeValue(type: GraphQLInputType, choices: ValueChoices): string {
  const { random, isCareful = false } = choices;
  if (!isCareful && random.chance(0.03)) return writeOddValue(choices);
  if (!isNonNullType(type) && random.chance(0.1)) return "null";
  return writeNonNull(type, choices);
}

function writeNonNull(type: GraphQLInputType, choices: ValueChoices): string {
  const { random, notation, isCareful = false } = choices;
  if (isNonNullType(type)) return writeNonNull(type.ofType, choices);
  if (isListType(type)) {
    return `[${Array.from({ length: random.whole(3) }, () => writeValue(type.ofType, choices)).join()}]`;
  }
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(
      (field) =>
        (isRequiredInputField(field) && (isCareful || !random.chance(0.03))) || random.chance(0.5),
    );
    const written = fields.map(
      (field) =>
        `${nameIn(field.name, notation)}: ${writeValue(field.type, { ...choices, name: field.name })}`,
    );
    if (!isCareful && random.chance(0.03)) written.push(`${nameIn("unknown", notation)}: 1`);
    return `{${written.join(", ")}}`;
  }
  return writeLeaf(type, choices);
}

function writeLeaf(type: GraphQLLeafType, choices: ValueChoices): string {
  const { random, world, name, isCareful = false } = choices;
  const scalar = scalars[name === "after" ? "Cursor" : type.name];
  if (!scalar) return writeOddValue(choices);
  for (;;) {
    const written = scalar(random, world);
    if (!isCareful || isOf(type, written)) return written;
  }
}

function isOf(type: GraphQLLeafType, json: string): boolean {
  try {
    type.parseValue(JSON.parse(json));
    return true;
  } catch {
    return false;
  }
}

function nameIn(name: string, notation: Notation): string {
  return notation === "JSON" ? JSON.stringify(name) : name;
}

/** Writes a value that hardly fits anywhere. */
export function writeOddValue({
  random,
  notation,
}: {
  readonly random: Random;
  readonly notation: Notation;
}): string {
  const draw = random.whole(8);
  if (draw === 0) return JSON.stringify(oddText(random));
  if (draw === 1) return random.of(oddNumbers);
  if (draw === 2) {
    const depth = random.of([1, 3, 60, 99, 101, 150, 400]);
    return `${"[".repeat(depth)}${"]".repeat(depth)}`;
  }
  if (draw === 3) {
    const depth = random.of([1, 3, 60, 101, 150]);
    return `${`{${nameIn("a", notation)}:`.repeat(depth)}1${"}".repeat(depth)}`;
  }
  if (draw === 4) return `[${Array.from({ length: random.of([2, 90, 900]) }, () => "1").join()}]`;
  if (draw === 5) {
    const name = random.of(["__proto__", "constructor", "toJSON", "then", "length", ""]);
    return `{${notation === "JSON" ? JSON.stringify(name) : name || "_"}: {${nameIn("a", notation)}: 1}}`;
  }
  if (draw === 6 && notation === "GraphQL") return random.of(["BARE", "$missing", '"""block"""']);
  return random.of(["true", "false", "null", "{}", '""', "0"]);
}

const oddNumbers = [
  "0",
  "-0",
  "1",
  "-1",
  "1.5",
  "1e3",
  "1e-7",
  "1e21",
  "1e400",
  "-1e400",
  "100",
  "101",
  "2147483647",
  "2147483648",
  "-2147483648",
  "-2147483649",
  "9007199254740993",
  "9".repeat(40),
  `0.${"1".repeat(400)}`,
];

/** Ways to write a value of each scalar of the schema. Some are wrong. */
const scalars: Readonly<Record<string, (random: Random, world: World) => string>> = {
  String: (random, { keys }) =>
    random.chance(0.75) ? JSON.stringify(random.of(keys).city) : JSON.stringify(oddText(random)),
  Cursor: (random, { cursors }) => JSON.stringify(cursorOf(random, cursors)),
  Int: (random) => (random.chance(0.7) ? String(random.whole(30)) : random.of(oddNumbers)),
  Float: (random) => random.of(oddNumbers),
  Boolean: (random) => random.of(["true", "false"]),
  ID: (random) => JSON.stringify(oddText(random)),
  UUID: (random, { keys }) => {
    const { id } = random.of(keys);
    if (random.chance(0.6)) return JSON.stringify(id);
    return JSON.stringify(
      random.of([
        random.uuid(),
        id.toUpperCase(),
        id.replaceAll("-", ""),
        `{${id}}`,
        ` ${id}`,
        `${id}\n`,
        `${id}0`,
        id.slice(1),
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "00000000-0000-1000-8000-000000000000",
      ]),
    );
  },
  DateTime: (random) => JSON.stringify(random.of(dates)),
  WriteTime: (random) => random.of(writeTimes),
};

function cursorOf(random: Random, cursors: readonly string[]): string {
  const cursor = random.of(cursors);
  const at = random.whole(cursor.length);
  return random.of([
    cursor,
    cursor,
    cursor.slice(0, at),
    `${cursor.slice(0, at)}A${cursor.slice(at + 1)}`,
    `${cursor}=`,
    Buffer.from(`[${"[".repeat(random.whole(2000))}`).toString("base64url"),
    Buffer.from('{"__proto__":[1]}').toString("base64"),
    Buffer.from(JSON.stringify([oddText(random), 1e300, null])).toString("base64url"),
    oddText(random),
  ]);
}

const dates = [
  "2030-01-01T00:00:00Z",
  "2030-01-01T00:00:00.123456789Z",
  "2030-06-01T12:00:00+05:30",
  "1970-01-01T00:00:00Z",
  "1969-12-31T23:59:59.999Z",
  "0000-01-01T00:00:00Z",
  "0001-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59-23:59",
  "0000-01-01T00:00:00+23:59",
  "+275760-09-13T00:00:00.001Z",
  "-000001-01-01T00:00:00Z",
  "2016-12-31T23:59:60Z",
  "2030-02-30T00:00:00Z",
  "2030-01-01T24:00:00Z",
  "2030-01-01T00:00:00z",
  "2030-01-01",
  "2030-01-01T00:00:00+99:99",
  "now",
  "",
];

const writeTimes = [
  '"0"',
  '"-1"',
  '"1"',
  '"1700000000000000"',
  '"9223372036854775807"',
  '"9223372036854775808"',
  '"-9223372036854775808"',
  '"-9223372036854775809"',
  `"${"9".repeat(5000)}"`,
  '"1e3"',
  '"0x10"',
  '" 1"',
  '""',
  '"٣"',
  "1700000000000000",
  "1.5",
];
