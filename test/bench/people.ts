import { int, type PrimaryKey, select, type Session } from "../../src/cassandra/index.ts";
import type { Lanes } from "../../src/lane/index.ts";
import { PartyTable } from "../../src/party/index.ts";

// The count of a party, changed and read as the service does, without GraphQL.

type Key = PrimaryKey<typeof PartyTable>;

interface Change {
  readonly expected: number;
  readonly delta: number;
}

/** Changes the count if it is the expected one. */
export async function changePeople(
  { lanes }: { readonly lanes: Lanes },
  key: Key,
  { expected, delta }: Change,
): Promise<{ readonly people: number } | { readonly actual: number }> {
  const told = await lanes.change(PartyTable, key, (row) => {
    row.assume("people", expected);
    const actual = row.get("people");
    if (actual !== expected) return row.refuse({ actual });
    row.set({ people: expected + delta });
    return expected + delta;
  });
  if (told.outcome === "missing") throw new Error("There is no such party.");
  return told.outcome === "refused" ? told.reason : { people: told.answer };
}

/** Changes the count, whatever it is. */
export async function addPeople(
  { lanes }: { readonly lanes: Lanes },
  key: Key,
  delta: number,
  operationId?: string,
): Promise<number> {
  const once = operationId && { id: operationId, args: `addPeople ${delta}`, answer: int() };
  const told = await lanes.change(
    PartyTable,
    key,
    (row) => {
      const people = row.get("people") + delta;
      row.set({ people });
      return people;
    },
    once ? { once } : {},
  );
  if (told.outcome !== "changed") throw new Error("There is no such party.");
  return told.answer;
}

/** Reads a party with the write time of its count, as the service does behind a hint. */
export function readTimed(session: Session, key: Key) {
  return session.run(select(PartyTable, key, { writetime: ["people"] }));
}
