import { Agent, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Answer, Operation, Wish } from "./history.ts";

/** The way of clients to a server: connections are kept and used again. */
export interface Client {
  /** Sends an operation once. */
  send(operation: Sent, asOf: boolean): Promise<Answer>;
  /** Runs a query. */
  query(query: string, variables: object): Promise<Reply>;
}

type Sent = Pick<Operation, "partition" | "id" | "operationId" | "wish">;

interface Reply {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data?: any;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** How long a client waits, in milliseconds: longer than a server may take. */
const PATIENCE = 20_000;

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

/** Makes the way to the server at a URL. */
export function createClient(url: string): Client & Disposable {
  // A connection that nobody uses is closed before the server closes it: what is sent in that moment would be lost.
  const agent = new Agent({ keepAlive: true, timeout: 2000 });

  async function query(document: string, variables: object): Promise<Reply> {
    const body = JSON.stringify({ query: document, variables });
    return JSON.parse(await post(url, agent, body)) as Reply;
  }

  return {
    query,
    async send(operation, asOf) {
      const { kind } = operation.wish;
      try {
        return answerOf(kind, await query(documents[kind], variablesOf(operation, asOf)));
      } catch (error) {
        const refused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
        return refused ? { said: "error", code: "UNREACHABLE" } : { said: "lost" };
      }
    },
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const signal = AbortSignal.timeout(PATIENCE);
  const sent = request(url, { method: "POST", agent, headers, signal }, (response) => {
    text(response).then(resolve, reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
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

function answerOf(kind: Wish["kind"], { data, errors }: Reply): Answer {
  // A field of the answer can fail behind the change.
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

/** Which codes may come the check says. */
function unexpected(code: string): Answer {
  return { said: "error", code };
}
