import type { Random } from "../chaos/random.ts";
import { BROWSE, CHANGE, CREATE, DELETE } from "../fixtures/parties.ts";
import type { Crowd, Key } from "./crowd.ts";

/** An operation. */
export interface Operation {
  readonly query: string;
  readonly variables: object;
}

const READ = `query ($city: String!, $id: UUID!) { party(city: $city, id: $id) { name people date } }`;

const UPCOMING = `query ($city: String!) {
  upcomingParties(city: $city, first: 10) { nodes { id name date } pageInfo { hasNextPage } }
}`;

const ADD = `mutation ($city: String!, $id: UUID!, $delta: Int!, $operationId: UUID) {
  addPeople(city: $city, id: $id, delta: $delta, operationId: $operationId) {
    __typename
    ... on PeopleChanged { people asOf }
  }
}`;

const RENAME = `mutation ($city: String!, $id: UUID!, $input: UpdatePartyInput!) {
  updateParty(city: $city, id: $id, input: $input) { __typename }
}`;

/** Returns an operation that creates a party. */
export function createOperation(key: Key): Operation {
  return { query: CREATE, variables: { input: { ...key, name: "A party", people: 1000 } } };
}

/** Chooses an operation: two of three read. The number of rows stays the same. */
export function chooseOperation({ staying, passing }: Crowd, random: Random): Operation {
  const draw = random.next();
  const key = random.of(staying);
  const { city } = key;
  if (draw < 0.4) return { query: READ, variables: key };
  if (draw < 0.55) return { query: BROWSE, variables: { city } };
  if (draw < 0.65) return { query: UPCOMING, variables: { city } };
  if (draw < 0.85) {
    const operationId = random.chance(0.3) ? random.uuid() : undefined;
    return { query: ADD, variables: { ...key, delta: random.of([1, -1]), operationId } };
  }
  if (draw < 0.92) return { query: CHANGE, variables: { ...key, expected: 1000, delta: 1 } };
  if (draw < 0.95) return { query: RENAME, variables: { ...key, input: { name: random.uuid() } } };
  const other = random.of(passing);
  return random.chance(0.5) ? createOperation(other) : { query: DELETE, variables: other };
}
