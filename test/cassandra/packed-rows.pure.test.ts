import { once } from "node:events";
import { createRequire } from "node:module";
import { PassThrough, type Duplex, type Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { types } from "cassandra-driver";
import { describe, expect, test } from "vitest";
import { encoding } from "../../src/cassandra/session/bytes.ts";
import { createKnownMetadata } from "../../src/cassandra/session/known-metadata.ts";
import { PackedRows, packedRowsIn } from "../../src/cassandra/session/packed-rows.ts";
import {
  cell,
  int,
  resultFrame,
  rowsBody,
  type RowsResult,
  short,
  string,
} from "../fixtures/frames.ts";

const { int: INT, varchar: TEXT, bigint: BIGINT } = types.dataTypes;

describe("packed rows", () => {
  const columns = ["a", "__proto__", "constructor"].map((name) => ({
    name,
    type: { code: TEXT },
  }));
  const rows = [
    [Buffer.from("one"), Buffer.from("p"), null],
    [null, null, Buffer.alloc(0)],
  ];
  const packed = (some: readonly (readonly (Buffer | null)[])[]) =>
    Buffer.concat([Buffer.from("before"), ...some.flat().map(cell)]);
  const init = (length: number) => ({ bytes: packed(rows), start: 6, length, columns });

  test("have each cell by the name of its column", () => {
    const [first, second] = new PackedRows(init(2)).rows();
    expect(Object.entries(first!)).toEqual([
      ["a", Buffer.from("one")],
      ["__proto__", Buffer.from("p")],
      ["constructor", null],
    ]);
    expect(Object.entries(second!)).toEqual([
      ["a", null],
      ["__proto__", null],
      ["constructor", Buffer.alloc(0)],
    ]);
    expect("toString" in first!).toBe(false);
  });

  test("of no rows are empty", () => {
    expect(new PackedRows(init(0)).rows()).toEqual([]);
  });

  test("lie within their response", () => {
    const end = packed(rows).length;
    expect(packedRowsIn(init(2), end)?.rows()).toHaveLength(2);
    // What follows belongs to another response.
    expect(packedRowsIn(init(1), end)?.rows()).toHaveLength(1);
    for (let cut = 6; cut < end; cut++) expect(packedRowsIn(init(2), cut)).toBeUndefined();
    for (const length of [3, 2 ** 31 - 1, -1]) {
      expect(packedRowsIn(init(length), end)).toBeUndefined();
    }
    const huge = { ...init(1), bytes: int(2 ** 31 - 1), start: 0, columns: columns.slice(1) };
    expect(packedRowsIn(huge, 4)).toBeUndefined();
  });
});

describe("known metadata", () => {
  const bytesOf = (columns: number, rest: string) =>
    Buffer.concat([int(1), int(columns), Buffer.from(rest)]);
  const lookUp = (known: ReturnType<typeof createKnownMetadata<string>>, bytes: Buffer) =>
    known.find(Buffer.concat([Buffer.from("x"), bytes, Buffer.from("rows")]), 1);

  test("is recognised by its bytes, wherever they are", () => {
    const known = createKnownMetadata<string>(2);
    const bytes = bytesOf(2, "ab");
    known.add(bytes, 0, { metadata: "first", end: bytes.length });
    bytes.fill(0);
    expect(lookUp(known, bytesOf(2, "ab"))).toEqual({ metadata: "first", end: 11 });
    expect(lookUp(known, bytesOf(2, "ac"))).toBeUndefined();
    expect(lookUp(known, bytesOf(3, "ab"))).toBeUndefined();
    expect(known.find(bytesOf(2, "a"), 0)).toBeUndefined();
  });

  test("is forgotten if too much else has been found since", () => {
    const known = createKnownMetadata<string>(2);
    const add = (text: string) => {
      const bytes = bytesOf(1, text);
      known.add(bytes, 0, { metadata: text, end: bytes.length });
    };
    add("a");
    add("b");
    expect(lookUp(known, bytesOf(1, "a"))).toBeDefined();
    add("c");
    expect(lookUp(known, bytesOf(1, "b"))).toBeUndefined();
    expect(lookUp(known, bytesOf(1, "a"))).toBeDefined();
    expect(lookUp(known, bytesOf(1, "c"))).toBeDefined();
  });
});

const require = createRequire(import.meta.url);
const streams = require("cassandra-driver/lib/streams.js") as Record<
  "Protocol" | "Parser" | "ResultEmitter",
  new (options: object, encoder?: object) => Duplex & Writable
>;
const Encoder = require("cassandra-driver/lib/encoder.js") as new (
  version: number,
  options: object,
) => object;

/** A result as the driver hands it on to the request with this stream. */
interface Answer {
  readonly stream: number;
  readonly error: Error | undefined;
  readonly rows: PackedRows | readonly object[] | undefined;
  readonly pageState: Buffer | undefined;
  readonly warnings: readonly string[] | undefined;
  readonly traceId: unknown;
}

/** Reads chunks as a connection of the driver does. */
async function answersTo(
  chunks: readonly Buffer[],
  options: object = encoding,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const socket = new PassThrough();
  const emitter = new streams.ResultEmitter({ objectMode: true });
  emitter.on("result", ({ streamId }, error, result) =>
    answers.push({
      stream: streamId,
      error: error ?? undefined,
      rows: result?.rows,
      pageState: result?.meta?.pageState,
      warnings: result?.flags?.warnings,
      traceId: result?.flags?.traceId,
    }),
  );
  const parser = new streams.Parser({ objectMode: true }, new Encoder(4, { encoding: options }));
  socket
    .pipe(new streams.Protocol({ objectMode: true }))
    .pipe(parser)
    .pipe(emitter);
  for (const chunk of chunks) {
    socket.write(chunk);
    // Otherwise the stream would join them.
    await setImmediate();
  }
  socket.end();
  await once(emitter, "finish");
  return answers;
}

describe("the driver", () => {
  const one = { columns: { id: INT, name: TEXT }, rows: [[int(1), Buffer.from("Ada")]] };
  const frame = (result: RowsResult, stream = 0) => resultFrame({ stream, body: rowsBody(result) });
  const cellsOf = ({ rows }: Answer) =>
    (rows as PackedRows).rows().map((row) => Object.values(row));

  test("hands on rows as they came, with the columns that they have", async () => {
    const [answer] = await answersTo([frame(one)]);
    expect(answer!.rows).toBeInstanceOf(PackedRows);
    expect(answer!.rows).toMatchObject({
      length: 1,
      columns: [
        { name: "id", type: { code: INT } },
        { name: "name", type: { code: TEXT } },
      ],
    });
    expect(cellsOf(answer!)).toEqual(one.rows);
  });

  test("knows the columns of equal results, and tells others apart", async () => {
    const other = { columns: { id: BIGINT, name: TEXT }, rows: [] };
    const results = [one, other, { ...one, rows: [] }, one, other];
    const answers = await answersTo([Buffer.concat(results.map((each) => frame(each)))]);
    const columns = answers.map(({ rows }) => (rows as PackedRows).columns);
    expect(columns.map(([id]) => id!.type.code)).toEqual([INT, BIGINT, INT, INT, BIGINT]);
    expect(columns[3]).toBe(columns[0]);
    expect(columns[4]).toBe(columns[1]);
    expect(answers.map(({ rows }) => (rows as PackedRows).length)).toEqual([1, 0, 0, 1, 0]);
  });

  test("reads the same from chunks of any size", async () => {
    const long = {
      ...one,
      rows: [
        [null, Buffer.alloc(100, "x")],
        [int(7), Buffer.alloc(0)],
      ],
    };
    const all = Buffer.concat([frame(one, 1), frame(long, 2), frame({ ...one, rows: [] }, 3)]);
    for (let size = 1; size <= all.length; size += size < 20 ? 1 : 13) {
      const chunks = Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
        all.subarray(at * size, (at + 1) * size),
      );
      const answers = await answersTo(chunks);
      expect(answers.map((each) => [each.stream, cellsOf(each)])).toEqual([
        [1, one.rows],
        [2, long.rows],
        [3, []],
      ]);
    }
  });

  test("gives the state of the next page, warnings and the id of a trace as before", async () => {
    const pageState = Buffer.from("more");
    const trace = Buffer.alloc(16, 7);
    const answers = await answersTo([
      frame({ ...one, pageState }, 1),
      resultFrame({ stream: 2, flags: 8, before: warning("slow"), body: rowsBody(one) }),
      resultFrame({ stream: 3, flags: 2, before: trace, body: rowsBody(one) }),
    ]);
    expect(answers).toMatchObject([
      { stream: 1, pageState, warnings: undefined },
      { stream: 2, warnings: ["slow"] },
      { stream: 3, traceId: new types.Uuid(trace) },
    ]);
    expect(answers.map(cellsOf)).toEqual([one.rows, one.rows, one.rows]);
  });

  test("fails only the request whose response is cut off", async () => {
    const whole = rowsBody(one);
    const bodies = [
      // Its last cell would reach into the next response.
      whole.subarray(0, -1),
      // Before the number of rows.
      whole.subarray(0, -19),
      whole.subarray(0, 30),
      whole.subarray(0, 14),
      whole.subarray(0, 6),
    ];
    for (const [at, body] of bodies.entries()) {
      // In a chunk of its own, and with its successor in one.
      const [bad, good] = [resultFrame({ stream: 1, body }), frame(one, 2)];
      for (const chunks of [[bad, good], [Buffer.concat([bad, good])]]) {
        const [failed, answer, ...more] = await answersTo(chunks);
        expect([at, failed!.stream, failed!.rows, more]).toEqual([at, 1, undefined, []]);
        expect(failed!.error).toBeInstanceOf(Error);
        expect([at, answer!.stream, answer!.error]).toEqual([at, 2, undefined]);
        expect(cellsOf(answer!)).toEqual(one.rows);
      }
    }
  });

  test("converts the rows of its own tables, and those of clients that are not ours", async () => {
    const rows = [[int(1), Buffer.from("Ada")]];
    const converted = [{ id: 1, name: "Ada" }];
    for (const keyspace of ["system", "system_schema", "system_traces", "system_virtual_schema"]) {
      const [answer] = await answersTo([frame({ ...one, keyspace, rows })]);
      expect(answer!.rows).toEqual(converted);
    }
    const [systems] = await answersTo([frame({ ...one, keyspace: "systems", rows })]);
    expect(systems!.rows).toBeInstanceOf(PackedRows);
    const [other] = await answersTo([frame({ ...one, rows })], {});
    expect(other!.rows).toEqual(converted);
  });

  test("reads results without rows as before", async () => {
    const [VOID, KEYSPACE] = [int(1), int(3)];
    const answers = await answersTo([
      resultFrame({ stream: 1, body: VOID }),
      resultFrame({ stream: 2, body: Buffer.concat([KEYSPACE, string("k")]) }),
    ]);
    expect(answers).toMatchObject([
      { stream: 1, error: undefined, rows: undefined },
      { stream: 2, error: undefined, rows: undefined },
    ]);
  });
});

function warning(text: string): Buffer {
  return Buffer.concat([short(1), string(text)]);
}
