import type { Key, Place } from "../counts/place.ts";
import { figuresOf, figuresOfCassandra, type Goals } from "./figures.ts";
import { CHANGE, LIST, ONE } from "./operations.ts";
import { createCity } from "./parties.ts";
import type { ChangeVariables, Requests } from "./requests.ts";
import { compareSides, type Side } from "./sides.ts";
import type { Measurement } from "./stage.ts";
import { STUB_CITY, stubParties } from "./stub/parties.ts";

/** How many clients send requests concurrently. */
const CLIENTS = 32;

/** The parties of a city: more than a page. */
const PARTIES = 25;

/** The workloads on a Cassandra. */
export const workloads: readonly Measurement<Place>[] = [
  workload("list of 20, 100 cities", {
    goals: { rate: [0.85, 0.95], server: [1.4, 1.15], p99: [1.6, 1.3] },
    requests: async (place) => reading(LIST, await createCities(place, 100)),
  }),
  workload("list of 20, one hot city", {
    goals: { rate: [1.5, 2], reads: [0.3] },
    requests: async (place) => reading(LIST, await createCities(place, 1)),
  }),
  workload("one party, 100 cities", {
    goals: { rate: [0.85, 0.95], server: [1.4, 1.2] },
    requests: async (place) => reading(ONE, await createCities(place, 100)),
  }),
  workload("changePeople, 1,000 cities", {
    goals: { rate: [0.85, 0.95], server: [1.4, 1.2] },
    requests: async (place) => ({
      bare: await changes(place),
      ours: await changes(place),
      documented: await changes(place),
    }),
  }),
];

/** The workloads without a database, on constant rows. */
export const stubWorkloads: readonly Measurement<void>[] = [
  stubWorkload("list of 20, constant rows", LIST, { rate: [0.6, 0.75] }),
  stubWorkload("one party, constant row", ONE, {}),
];

type SideRequests = Readonly<Record<Side, Requests>>;

interface Workload {
  readonly goals: Goals;
  readonly requests: (place: Place) => Promise<SideRequests>;
}

function workload(what: string, { goals, requests }: Workload): Measurement<Place> {
  return {
    what,
    async measure(stage, place) {
      const figures = [...figuresOf(goals), ...figuresOfCassandra(goals)];
      return compareSides({ what, figures, requests: await requests(place) }, stage, place);
    },
  };
}

function stubWorkload(what: string, query: string, goals: Goals): Measurement<void> {
  const variables = [{ city: STUB_CITY, id: stubParties[0]!.id }];
  const sides = { what, figures: figuresOf(goals), requests: reading(query, variables) };
  return { what, measure: (stage) => compareSides(sides, stage) };
}

/** Returns the same requests for all sides. */
function reading(query: string, variables: Requests["variables"]): SideRequests {
  const requests = { clients: CLIENTS, query, variables };
  return { bare: requests, ours: requests, documented: requests };
}

async function createCities({ session }: Place, count: number): Promise<readonly Key[]> {
  const firsts: Key[] = [];
  while (firsts.length < count) firsts.push(await createCity(session, PARTIES));
  return firsts;
}

/** Creates parties that only one side changes: the service answers from what it knows of its own changes. */
async function changes(place: Place): Promise<Requests> {
  const parties = await place.parties(1000, "a city each");
  const variables = parties.map((key): ChangeVariables => ({ ...key, expected: 1000, delta: 1 }));
  return { clients: CLIENTS, query: CHANGE, variables };
}
