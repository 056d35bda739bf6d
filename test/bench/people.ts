import { int, type PrimaryKey, select, type Session } from "../../src/cassandra/index.ts";
import type { Lanes } from "../../src/lane/index.ts";
import { PartyTable } from "../../src/party/index.ts";

// Changes and reads the count of a party like the service, but without GraphQL.

type Key = PrimaryKey<typeof PartyTable>;

interface ExpectedChange {
  readonly expected: number;
  readonly delta: number;
}

/** Changes the count if it has the expected value. */
export async function changePeople(
  { lanes }: { readonly lanes: Lanes },
  key: Key,
  { expected, delta }: ExpectedChange,
): Promise<{ readonly people: number } | { readonly actual: number }> {
  const result = await lanes.change(PartyTable, key, (row) => {
    row.assume("people", expected);
    const actual = row.get("people");
    if (actual !== expected) return row.refuse({ actual });
    row.set({ people: expected + delta });
    return expected + delta;
  });
  if (result.outcome === "missing") throw new Error("There is no such party.");
  return result.outcome === "refused" ? result.reason : { people: result.answer };
}

interface Addition {
  readonly delta: number;
  readonly operationId?: string | undefined;
}

/** Adds to the count, whatever its value is. Returns the new count. */
export async function addPeople(
  { lanes }: { readonly lanes: Lanes },
  key: Key,
  { delta, operationId }: Addition,
): Promise<number> {
  const once = operationId && { id: operationId, args: `addPeople ${delta}`, answer: int() };
  const result = await lanes.change(
    PartyTable,
    key,
    (row) => {
      const people = row.get("people") + delta;
      row.set({ people });
      return people;
    },
    once ? { once } : {},
  );
  if (result.outcome !== "changed") throw new Error("There is no such party.");
  return result.answer;
}

/** Reads a party with the write time of its count, like the service after a hint. */
export function readTimed(session: Session, key: Key) {
  return session.run(select(PartyTable, key, { writetime: ["people"] }));
}
