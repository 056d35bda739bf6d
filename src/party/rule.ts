import { builder } from "../builder.ts";
import { rowOfStored, insert, remove } from "../cassandra/index.ts";
import type { RowPlan, Rule, Seen } from "../lane/index.ts";
import { showEach } from "../pothos/index.ts";
import { type Change, combine, isIdentified } from "./combine.ts";
import { partyExists, partyNotFound } from "./outcome.ts";
import type { Answer, Request } from "./request.ts";
import { PartyTable } from "./table.ts";

type Plan = RowPlan<typeof PartyTable, Answer>;
type SeenParty = Seen<typeof PartyTable>;

/** What a city's lane does with what it is asked for. A party's creation and its deletion have a round for themselves. */
export const partyRule: Rule<typeof PartyTable, Request, Answer> = {
  table: PartyTable,
  rounds: "rounds",
  rowOf: (request) => ({ id: request.kind === "createParty" ? request.party.id : request.id }),
  columnsOf(requests) {
    const identified = requests.some(isIdentified);
    return ["name", "people", "date", ...(identified ? (["recent", "earlier"] as const) : [])];
  },
  workOut({ city }, seen, requests) {
    const [first] = requests;
    if (first?.kind === "createParty") return create(first.party, seen);
    if (first?.kind === "deleteParty") return removal({ city, id: first.id }, seen);
    const end = requests.findIndex((request) => !isChange(request));
    const changes = requests.slice(0, end === -1 ? undefined : end).filter(isChange);
    return combine(city, seen, changes, Date.now());
  },
};

function create(party: Request<"createParty">["party"], seen: SeenParty): Plan {
  if (!seen) {
    const write = insert(PartyTable, party, { if: "not exists" });
    const { name, people, date } = party;
    const after = { name, people, date, recent: null, earlier: null };
    return { write, creates: true, after, answers: [{ __typename: "PartyCreated", party }] };
  }
  if (!isWhole(seen)) return { after: seen, answers: [] };
  const { city, id } = party;
  // It is what a page would show: what cannot be represented is as if it were not there.
  const found = showEach(builder, PartyTable, rowOfStored(PartyTable, { ...seen, city, id }));
  return { after: seen, answers: [found instanceof Error ? found : partyExists(found)] };
}

function removal(key: { readonly city: string; readonly id: string }, seen: SeenParty): Plan {
  if (seen === null) return { after: null, answers: [partyNotFound(key)] };
  const write = remove(PartyTable, key, { if: "exists" });
  return { write, after: null, answers: [{ __typename: "PartyDeleted", ...key }] };
}

function isWhole({ name, people, date }: NonNullable<SeenParty>): boolean {
  return name !== undefined && people !== undefined && date !== undefined;
}

function isChange(request: Request): request is Change {
  return request.kind !== "createParty" && request.kind !== "deleteParty";
}
