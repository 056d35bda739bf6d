import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startLanguageServer } from "../fixtures/language-server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tables = `
import { add, addToPartition, asc, counter, counterBatch, createRow, desc, insert, int, loggedBatch, remove, removePartition, removeRange, removeRow, sai, select, selectPartition, set, type Session, table, text, timestamp, update, updatePartition, uuid } from "${root}src/cassandra/index.ts";
const key = { partition: ["room"], clustering: [desc("at"), asc("id")] } as const;
const Message = table("message", {
  room: text(), at: timestamp(), id: uuid(), body: text().required(), likes: int(), topic: text().static(),
}, key);
const Hits = table("hits", { page: text(), views: counter() }, { partition: ["page"] });
const Views = table("views", { page: text(), day: int(), all: counter().static(), some: counter() }, { partition: ["page"], clustering: [asc("day")] });
const Theatre = table("theatre", { id: uuid(), name: text().required() }, { partition: ["id"], lwt: true, lanes: true });
const Reading = table("reading", { device: text(), at: timestamp(), quality: int(), labels: set(text()), note: text() }, {
  partition: ["device"], clustering: [desc("at")], indexes: [sai("quality"), sai("labels")], consistency: "LOCAL_ONE",
});
const device = "lamp";
const at = new Date();
const row = { room: "a", at, id: "x" };
declare const session: Session;
`;

/** Invalid statements, and the sentence with which the compiler's error ends. */
const wrong: readonly (readonly [statement: string, sentence: string])[] = [
  ['select(Message, { id: "x" })', "Property 'room' is missing in type"],
  ['select(Message, { room: "a", id: "x" })', "'at' comes before it in the key"],
  [
    'select(Message, { room: "a", at: { gte: at }, id: "x" })',
    "after a range of 'at' nothing can follow",
  ],
  ['select(Message, { room: "a", body: "x" })', "'body' is not in the key"],
  ["select(Message, { room: 5 })", "Type 'number' is not assignable to type 'string'."],
  [
    'select(Message, { room: "a", at: "x" })',
    "Type 'string' is not assignable to type 'Date | Range<Date>'.",
  ],
  ['select(Message, { room: "a" }, { columns: ["bdy"] })', `Did you mean '"body"'?`],
  [
    'select(Message, { room: "a" }, { writetime: ["at"] })',
    `Type '"at"' is not assignable to type '"body" | "likes" | "topic"'.`,
  ],
  ['select(Message, { room: "a" }, { order: "up" })', "| RowOrder | undefined'."],
  ['select(Message, { room: "a" }, { after: { at } })', "Property 'id' is missing in type"],
  ["select(Message, row, { limit: 1 })", "the key names one row"],
  ['select(Reading, { device }, { where: { note: "x" } })', "it has no index"],
  [
    'select(Reading, { device }, { where: { quality: "x" } })',
    "Type 'string' is not assignable to type 'number'.",
  ],
  [
    "select(Reading, { device }, { where: { labels: new Set(['x']) } })",
    "Property 'contains' is missing in type 'Set<string>'",
  ],
  [
    'select(Reading, { device }, { where: { quality: 1 }, order: "reversed" })',
    "Cassandra does not sort what it finds by an index",
  ],
  ["select(Reading, { device, at }, { where: { quality: 1 } })", "the key names one row"],
  [
    'select(Theatre, { id: "x" }, { consistency: "LOCAL_ONE" })',
    "lightweight transactions need that of the session",
  ],
  [
    'selectPartition(Message, { room: "a" }, { columns: ["body"] })',
    `Type '"body"' is not assignable to type '"topic"'.`,
  ],
  ["insert(Message, row)", "Property 'body' is missing in type"],
  ['insert(Message, { ...row, body: "x", bdy: 1 })', "'bdy' does not exist in type"],
  ['update(Message, { room: "a", at }, { body: "x" })', "Property 'id' is missing in type"],
  ['update(Message, row, { topic: "x" })', "it is static: updatePartition(…) writes it"],
  ['update(Message, row, { room: "x" })', "it is in the key"],
  ['update(Message, row, { bdy: "x" })', "Did you mean to write 'body'?"],
  [
    'updatePartition(Message, { room: "a" }, { body: "x" })',
    "each row has its own: update(…) writes it",
  ],
  ['updatePartition(Message, { room: "a" }, { topc: "x" })', "Did you mean to write 'topic'?"],
  [
    'updatePartition(Message, { room: "a" }, { topic: 5 })',
    "Type 'number' is not assignable to type 'string'.",
  ],
  ["remove(Message, { room: 'a' })", "is missing the following properties from type"],
  [
    'loggedBatch([add(Hits, { page: "a" }, { views: 1n })])',
    `Type '"counter"' is not assignable to type '"write"'.`,
  ],
  ["counterBatch([remove(Message, row)])", `Type '"write"' is not assignable to type '"counter"'.`],
  [
    'insert(Theatre, { id: "x", name: "A" }, { if: "not exists" })',
    "lanes.create(…) creates its rows",
  ],
  ['remove(Theatre, { id: "x" }, { if: "exists" })', "lanes.remove(…) removes its rows"],
  ["removeRange(Message, row)", "the key names one row: remove(…) removes it"],
  [
    'removeRange(Message, { room: "a" })',
    "the key names a partition: removePartition(…) removes it",
  ],
  ['removeRange(Message, { room: "a", id: "x" })', "'at' comes before it in the key"],
  [
    "removePartition(Message, row)",
    "the whole partition would be removed: remove(…) removes a row",
  ],
  ['removePartition(Theatre, { id: "x" })', "Type 'true' is not assignable to type 'false'."],
  [
    'update(Theatre, { id: "x" }, { name: "A" }, { if: "exists", ttl: 60 })',
    "lanes remember its values",
  ],
  ['createRow(Message, { ...row, body: "x" })', "insert(…) writes its rows"],
  ["removeRow(Message, row)", "remove(…) removes its rows"],
  ['insert(Hits, { page: "a" })', "its columns are counters, which take add(…)"],
  ['update(Hits, { page: "a" }, { views: 1n })', "its columns are counters, which take add(…)"],
  ['add(Hits, { page: "a" }, { views: 1 })', "Type 'number' is not assignable to type 'bigint'."],
  ['add(Views, { page: "a", day: 1 }, { all: 1n })', "it is static: addToPartition(…) adds to it"],
  ['addToPartition(Views, { page: "a" }, { some: 1n })', "each row has its own: add(…) adds to it"],
  [
    'updatePartition(Views, { page: "a" }, { all: 1n })',
    "its columns are counters, which take add(…)",
  ],
  [
    'insert(Message, { ...row, body: "x" }, { if: "not exists" })',
    "a table without lwt: true takes no condition",
  ],
  [
    'update(Message, row, { body: "x" }, { if: "exists" })',
    "a table without lwt: true takes no condition",
  ],
  ['remove(Message, row, { if: "exists" })', "a table without lwt: true takes no condition"],
  [
    'updatePartition(Message, { room: "a" }, { topic: "x" }, { if: { topic: "y" } })',
    "a table without lwt: true takes no condition",
  ],
  ['table("a", { k: int() }, { partition: ["k"], lanes: true })', "lanes need lwt: true"],
  [
    'table("a", { k: int() }, { partition: ["k"], lwt: false, lanes: { remembers: 60 } })',
    "lanes need lwt: true",
  ],
  [
    'table("a", { k: int() }, { partition: ["k"], lwt: true, orders: { b: [asc("k")] } })',
    "orders need lanes: true",
  ],
  [
    'table("a", { k: int() }, { partition: ["k"], lwt: true, sweepAfter: 60 })',
    "tables with lwt: true are swept without it",
  ],
  [
    'table("a", { k: int() }, { partition: ["k"], lwt: true, defaultTtl: 60 })',
    "it would expire the rows of lightweight transactions",
  ],
  [
    'table("a", { k: int() }, { partition: ["k"], lwt: true, consistency: "LOCAL_ONE" })',
    "lightweight transactions need a quorum",
  ],
  [
    'table("a", { k: int(), v: int() }, { partition: ["k"], indexes: [sai("w")] })',
    `Type '"w"' is not assignable to type '"k" | "v"'.`,
  ],
];

const shown = `
export async function shown() {
  const rows = await session.run(select(Message, { room: "a" }));
  const found = await session.run(select(Message, row));
  const some = await session.run(select(Message, { room: "a" }, { columns: ["likes"], writetime: ["body"], ttl: ["body"] }));
  const loaded = await session.load(Message, row, { columns: ["body"] });
  for await (const each of session.rows(select(Message, { room: "a" }))) console.log(each);
  return [rows, found, some, loaded];
}
export const completed = select(Message, { room: "a",  });
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(root, "node_modules/.cache-compiler-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("the compiler's error for an invalid statement ends with the reason", async () => {
  const file = join(folder, "wrong.ts");
  await writeFile(file, `${tables}${wrong.map(([statement]) => `${statement};`).join("\n")}\n`);
  const first = tables.split("\n").length;
  const errors = await errorsOf(file);
  const sentences = wrong.map(([statement], at) => {
    const found = errors.filter(({ line }) => line === first + at);
    return [statement, found.map(({ text }) => text.split("\n").at(-1))];
  });
  expect(sentences).toEqual(
    wrong.map(([statement, sentence]) => [statement, [expect.stringContaining(sentence)]]),
  );
}, 60_000);

test("an editor shows the columns of a result, and completes a key", async () => {
  const file = join(folder, "shown.ts");
  const text = `${tables}${shown}`;
  await writeFile(file, text);
  await using server = await startLanguageServer(folder);
  const at = (word: string, offset = 0) => {
    const before = text.slice(0, text.indexOf(word) + offset).split("\n");
    return { line: before.length - 1, character: before.at(-1)!.length };
  };
  const hover = async (word: string) =>
    (await server.hover(file, at(`${word} `))).replaceAll(/\s+/g, " ");
  const whole =
    "{ readonly at: Date; readonly body: string; readonly id: string; readonly likes: number | null; readonly room: string; readonly topic: string | null; }";
  expect(await hover("rows")).toBe(`const rows: readonly ${whole}[]`);
  expect(await hover("found")).toBe(`const found: ${whole} | undefined`);
  expect(await hover("each")).toBe(`const each: ${whole}`);
  expect(await hover("some")).toBe(
    'const some: readonly { readonly at: Date; readonly id: string; readonly likes: number | null; readonly room: string; readonly "ttl(body)": number | null; readonly "writetime(body)": bigint | null; }[]',
  );
  expect(await hover("loaded")).toBe(
    "const loaded: { readonly at: Date; readonly body: string; readonly id: string; readonly room: string; } | undefined",
  );
  const names = await server.complete(file, at('{ room: "a",  });', '{ room: "a", '.length));
  expect(names).toEqual(expect.arrayContaining(["at?", "id?"]));
}, 60_000);

async function errorsOf(file: string) {
  const options = "--ignoreConfig --noEmit --strict --skipLibCheck --allowImportingTsExtensions";
  const strict = "--exactOptionalPropertyTypes --noUncheckedIndexedAccess --pretty false";
  const target = "--target esnext --module nodenext --types node";
  const args = `${options} ${strict} ${target}`.split(" ");
  const failed: unknown = await promisify(execFile)(
    join(root, "node_modules/.bin/tsc"),
    [...args, file],
    { cwd: root },
  ).catch((error: unknown) => error);
  const { stdout } = failed as { readonly stdout: string };
  return stdout
    .trimEnd()
    .split(/\n(?=\S)/)
    .map((text) => ({ line: Number(/\((\d+),\d+\): error/.exec(text)?.[1]), text }));
}
