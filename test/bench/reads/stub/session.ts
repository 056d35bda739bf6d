import { types } from "cassandra-driver";
import {
  type Batch,
  columnOf,
  type PackedStatement,
  type Session,
  type Statement,
} from "../../../../src/cassandra/index.ts";
import { createLoaders } from "../../../../src/cassandra/session/loader.ts";
import { PackedRows } from "../../../../src/cassandra/session/packed-rows.ts";
import { PartyTable } from "../../../../src/party/index.ts";
import { STUB_CITY, stubParties } from "./parties.ts";

/** Creates a session that answers reads of parties with constant bytes, as Cassandra would send them. */
export function createStubSession(): Session {
  const known = new Map<string, PackedRows>();

  /** Returns the rows of a statement: with the same text, it selects the same columns. */
  function pageOf(cql: string): PackedRows {
    const page = known.get(cql) ?? selectedBy(cql);
    known.set(cql, page);
    return page;
  }

  async function run<Result>(
    statement: Statement<Result> | PackedStatement<Result> | Batch<Result>,
  ): Promise<Result> {
    const page = pageOf(statement.cql);
    return "decodePacked" in statement
      ? statement.decodePacked([page])
      : statement.decode(page.rows());
  }

  const refuse = () => Promise.reject(new Error("Constant rows have no database."));
  return {
    version: "5.0.6",
    keyspace: "stub",
    isAstra: false,
    consistency: "LOCAL_QUORUM",
    run,
    load: createLoaders(run),
    rows: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    cql: refuse,
    cqlRows: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
    eachNode: refuse,
    clearPrepared: () => {},
    report: () => {},
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function selectedBy(cql: string): PackedRows {
  const [, names = "", where = ""] = /^SELECT (.+) FROM party WHERE (.+)$/.exec(cql) ?? [];
  const columns = names.split(", ").map((name) => ({ name, type: { code: codeOf(name) } }));
  const parties = where.includes("id =") ? stubParties.slice(0, 1) : stubParties;
  const cells = parties.flatMap((party) =>
    columns.map(({ name }) => cellOf(name, { city: STUB_CITY, ...party })),
  );
  return new PackedRows({ bytes: Buffer.concat(cells), start: 0, length: parties.length, columns });
}

/** Returns a cell as the protocol has it: its length and its bytes. */
function cellOf(name: string, party: Readonly<Record<string, unknown>>): Buffer {
  const { type } = columnOf(PartyTable, name);
  const bytes = type.encode(type.check(party[name]));
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Returns the code that the protocol has for the type of a column. */
function codeOf(name: string): number {
  const { varchar, uuid, int, timestamp } = types.dataTypes;
  return { uuid, int, timestamp }[columnOf(PartyTable, name).type.cql] ?? varchar;
}
