import type { Answer, Wish } from "../history.ts";
import { answerOf, createPoster } from "../http.ts";
import type { Client, Sent, Server } from "../subject.ts";

/** Runs queries on a server. */
export interface Queries extends Disposable {
  query(query: string, variables: object): Promise<Reply>;
}

interface Reply {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data?: any;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

const KEY = "$city: String!, $id: UUID!";
const AT = "city: $city, id: $id";
const COUNTED = `__typename
  ... on PeopleChanged { people asOf @include(if: $asOf) }
  ... on PeopleStale { actual }`;
const STALE = COUNTED;
const ADDED = COUNTED.replace(/\n.*PeopleStale.*/, "");

const documents: Readonly<Record<Wish["kind"], string>> = {
  create: `mutation ($input: CreatePartyInput!) { answer: createParty(input: $input) {
    __typename ... on PartyCreated { party { people } } ... on PartyExists { party { people } }
  } }`,
  delete: `mutation (${KEY}) { answer: deleteParty(${AT}) { __typename } }`,
  update: `mutation (${KEY}, $input: UpdatePartyInput!) {
    answer: updateParty(${AT}, input: $input) { __typename }
  }`,
  change: `mutation (${KEY}, $expected: Int!, $delta: Int!, $operationId: UUID, $asOf: Boolean!) {
    answer: changePeople(${AT}, expected: $expected, delta: $delta, operationId: $operationId) { ${STALE} }
  }`,
  add: `mutation (${KEY}, $delta: Int!, $operationId: UUID, $asOf: Boolean!) {
    answer: addPeople(${AT}, delta: $delta, operationId: $operationId) { ${ADDED} }
  }`,
  read: `query (${KEY}) { answer: party(${AT}) { __typename people name } }`,
};

/** Creates a client of a server. */
export function createClient(server: Server): Client & Disposable {
  const queries = createQueries(server);
  return {
    send(operation, asOf) {
      const { kind } = operation.wish;
      const reply = queries.query(documents[kind], variablesOf(operation, asOf));
      return answerOf(reply.then((each) => toAnswer(kind, each)));
    },
    [Symbol.dispose]: () => queries[Symbol.dispose](),
  };
}

export function createQueries({ authority }: Server): Queries {
  const poster = createPoster(`http://${authority}/graphql`);
  return {
    query: async (query, variables) => (await poster.post({ query, variables })) as Reply,
    [Symbol.dispose]: () => poster[Symbol.dispose](),
  };
}

function variablesOf({ partition: city, id, operationId, wish }: Sent, asOf: boolean): object {
  switch (wish.kind) {
    case "create":
      return { input: { city, id, name: wish.name, people: wish.amount } };
    case "update":
      return { city, id, input: { name: wish.name } };
    case "change":
      return { city, id, operationId, asOf, expected: wish.expected, delta: wish.delta };
    case "add":
      return { city, id, operationId, asOf, delta: wish.delta };
    default:
      return { city, id };
  }
}

function toAnswer(kind: Wish["kind"], { data, errors }: Reply): Answer {
  // A field of the answer can fail after the change was applied.
  const answer = data?.answer;
  if (answer) return outcomes[answer.__typename]?.(answer) ?? unexpected(answer.__typename);
  const code = errors?.[0]?.extensions?.code;
  if (!errors) return kind === "read" ? { said: "missing" } : unexpected("no answer");
  return code === "OUTCOME_UNKNOWN" ? { said: "unknown" } : unexpected(code ?? "no code");
}

// oxlint-disable-next-line typescript/no-explicit-any
const outcomes: Readonly<Record<string, (answer: any) => Answer>> = {
  Party: ({ people, name }) => ({ said: "done", amount: people, name }),
  PartyCreated: ({ party }) => ({ said: "done", amount: party.people }),
  PartyUpdated: () => ({ said: "done" }),
  PartyDeleted: () => ({ said: "done" }),
  PeopleChanged: ({ people, asOf }) => ({ said: "done", amount: people, ...(asOf && { asOf }) }),
  PeopleStale: ({ actual }) => ({ said: "stale", actual }),
  PeopleOutOfRange: () => ({ said: "range" }),
  PartyNotFound: () => ({ said: "missing" }),
  PartyExists: ({ party }) => ({ said: "exists", amount: party.people }),
  OutcomeUnknown: () => ({ said: "unknown" }),
};

/** The check decides which codes are allowed. */
function unexpected(code: string): Answer {
  return { said: "error", code };
}
