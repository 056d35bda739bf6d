import { ClientError, closed } from "./error.ts";
import { subscribe, type Subscription } from "./live.ts";
import { atMost, type Live, newest } from "./mailbox.ts";
import {
  type AddPeopleMutationVariables,
  addPeopleMutation,
  type ChangePeopleMutationVariables,
  changePeopleMutation,
  type CreatePartyMutationVariables,
  createPartyMutation,
  type DeletePartyMutationVariables,
  deletePartyMutation,
  type PartiesChangedSubscriptionVariables,
  partiesChangedSubscription,
  type PartiesInCityQueryVariables,
  partiesInCityQuery,
  type Party,
  type PartyPage,
  type PartyQueryVariables,
  partyQuery,
  type PeopleChanged,
  type PeopleChangedSubscriptionVariables,
  peopleChangedSubscription,
  type UpcomingPartiesQueryVariables,
  upcomingPartiesQuery,
  type UpdatePartyMutationVariables,
  updatePartyMutation,
} from "../party/client/operations.ts";
import { repeated } from "./repeat.ts";
import { type Answer, type CallOptions, createSend, type Operation, type Send } from "./request.ts";
import type {
  AddPeopleResult,
  ChangePeopleResult,
  CreatePartyResult,
  DeletePartyResult,
  PartiesChanged,
  UpdatePartyResult,
} from "../party/client/results.ts";
import { type ConnectionState, createSocket } from "./socket.ts";
import { randomUuid } from "./uuid.ts";

/** What a client is made of. */
export interface ClientOptions {
  /** The service: `http://localhost:4000/graphql`. Its WebSocket is at the same address. */
  readonly url: string | URL;
  /** Sent with each request; a browser lets nobody send any with a WebSocket. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long an answer may take, in milliseconds; then it counts as lost. Default: 10 s. */
  readonly timeout?: number;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Default: the global one. */
  readonly webSocket?: typeof WebSocket;
}

/**
 * The operations of the service, typed by its schema.
 *
 * What a mutation answers is told apart by `__typename`. Every call fails with a {@link ClientError}, or with the
 * reason of its signal.
 */
export interface Client extends AsyncDisposable {
  /** A party, or null if there is none. */
  party(variables: PartyQueryVariables, options?: CallOptions): Promise<Party | null>;

  /** The parties of a city, by id: a page. `pageInfo.endCursor` given as `after` brings the next. */
  partiesInCity(variables: PartiesInCityQueryVariables, options?: CallOptions): Promise<PartyPage>;

  /** The parties of a city from a date on, by date: a page. Default: from now on. */
  upcomingParties(
    variables: UpcomingPartiesQueryVariables,
    options?: CallOptions,
  ): Promise<PartyPage>;

  /**
   * Creates a party. Sent again while no answer comes, 4 times at most, under one id, so that no second party is
   * made.
   *
   * With an id of yours a create that was sent again can answer `PartyExists`, as after any repeated create: compare
   * the party. Without one that cannot be another's party, and is answered as `PartyCreated`, with the party as it is
   * by then.
   */
  createParty(
    variables: CreatePartyMutationVariables,
    options?: CallOptions,
  ): Promise<CreatePartyResult>;

  /** Changes the name, the date, or both. Sent once: after a `NETWORK_ERROR` read before you repeat it. */
  updateParty(
    variables: UpdatePartyMutationVariables,
    options?: CallOptions,
  ): Promise<UpdatePartyResult>;

  /** Deletes a party. Sent once: after a `NETWORK_ERROR` read before you repeat it. */
  deleteParty(
    variables: DeletePartyMutationVariables,
    options?: CallOptions,
  ): Promise<DeletePartyResult>;

  /**
   * Changes the count if it is the expected one. Sent again while no answer comes, 4 times at most, under one
   * `operationId`, so that it counts once: yours, or one of its own. Where a party has had too many of them in the last
   * minute, it is sent once, without; as it is if you give null.
   */
  changePeople(
    variables: ChangePeopleMutationVariables,
    options?: CallOptions,
  ): Promise<ChangePeopleResult>;

  /** Changes the count whatever it is. Sent again as {@link Client.changePeople} is. */
  addPeople(variables: AddPeopleMutationVariables, options?: CallOptions): Promise<AddPeopleResult>;

  /**
   * The count of a party: the present one at once, then each newer one that the reader has time for. It goes on by
   * itself when the connection was lost; no count comes twice, and none that is older than one before.
   *
   * Ends when the party is deleted. Fails with `PARTY_NOT_FOUND` if there is none; with `since`, which says that there
   * was one, it ends then.
   */
  peopleChanged(
    variables: PeopleChangedSubscriptionVariables,
    options?: CallOptions,
  ): Live<PeopleChanged>;

  /**
   * What happens in a city. `PartiesReset` says to read the city: it comes first, whenever the connection was lost,
   * and when too much happened for the reader or the service to tell one by one. What is read after it misses nothing.
   */
  partiesChanged(
    variables: PartiesChangedSubscriptionVariables,
    options?: CallOptions,
  ): Live<PartiesChanged>;

  /** How the socket of live values is. */
  readonly connection: ConnectionState;

  /** Calls the listener with each {@link Client.connection} that follows. @returns what ends that */
  onConnection(listener: (state: ConnectionState) => void): () => void;

  /** Ends what is live, and fails what waits for an answer with `CLOSED`. */
  close(): Promise<void>;
}

/** How many events may wait for a reader. */
const WAITING = 100;

/**
 * Makes a client. It opens nothing before it is used.
 *
 * @example
 * await using client = createClient({ url: "http://localhost:4000/graphql" });
 * for await (const { people } of client.peopleChanged({ city, id })) console.log(people);
 */
export function createClient(options: ClientOptions): Client {
  const { headers = {}, timeout = 10_000, fetch = globalThis.fetch } = options;
  const url = addressOf(options.url);
  const ended = new AbortController();
  const socket = createSocket({
    url: url.replace(/^http/, "ws"),
    webSocket: options.webSocket ?? globalThis.WebSocket,
  });
  // A browser's fetch has to be called as a function of its own.
  const request = createSend({ url, headers, timeout, fetch: (...args) => fetch(...args) });

  /** A call ends with its signal or with the client. */
  const ending = ({ signal }: CallOptions = {}) => ({
    signal: AbortSignal.any(signal ? [signal, ended.signal] : [ended.signal]),
  });
  const send: Send = (operation, variables, call) => request(operation, variables, ending(call));
  const sendUntilAnswered: Send = (operation, variables, call) => {
    const options = ending(call);
    return repeated(() => request(operation, variables, options), options);
  };

  /** Sends a change of the count. Under an id of its own, or of the caller's, it can be sent again. */
  async function count<
    Data,
    Variables extends { readonly operationId?: string | null | undefined },
  >(
    operation: Operation<Data, Variables>,
    variables: Variables,
    call?: CallOptions,
  ): Promise<Answer<Data>> {
    const { operationId = randomUuid() } = variables;
    if (operationId === null) return send(operation, variables, call);
    try {
      return await sendUntilAnswered(operation, { ...variables, operationId }, call);
    } catch (error) {
      // Nothing was changed. Who gave no id is not to be refused because of ours.
      if (variables.operationId !== undefined || !isTooMany(error)) throw error;
      return send(operation, variables, call);
    }
  }

  function live<Data, Variables extends Readonly<Record<string, unknown>>, Value>(
    subscription: Subscription<Data, Variables, Value>,
    call: CallOptions = {},
  ): Live<Value> {
    ended.signal.throwIfAborted();
    return subscribe(socket, subscription, call, ended.signal);
  }

  async function close(): Promise<void> {
    ended.abort(closed());
    await socket.close();
  }

  return {
    party: (variables, call) => send(partyQuery, variables, call),
    partiesInCity: (variables, call) => send(partiesInCityQuery, variables, call),
    upcomingParties: (variables, call) => send(upcomingPartiesQuery, variables, call),
    async createParty({ input }, call) {
      const variables = { input: { ...input, id: input.id ?? randomUuid() } };
      const result = outcome(await sendUntilAnswered(createPartyMutation, variables, call));
      const isOurs = input.id == null && result.__typename === "PartyExists";
      return isOurs ? { __typename: "PartyCreated", party: result.party } : result;
    },
    updateParty: (variables, call) => send(updatePartyMutation, variables, call).then(outcome),
    deleteParty: (variables, call) => send(deletePartyMutation, variables, call).then(outcome),
    changePeople: (variables, call) => count(changePeopleMutation, variables, call).then(outcome),
    addPeople: (variables, call) => count(addPeopleMutation, variables, call).then(outcome),
    peopleChanged({ city, id, since }, call) {
      let last = since ?? undefined;
      return live(
        {
          operation: peopleChangedSubscription,
          variables: () => ({ city, id, since: last }),
          keep: newest<PeopleChanged>,
          take(count) {
            // A count that was never written has no ballot: it is older than any that was.
            const { asOf } = { ...count, asOf: count.asOf ?? "0" };
            if (last !== undefined && BigInt(asOf) <= BigInt(last)) return undefined;
            last = asOf;
            return count;
          },
          isEnd: ({ code }) => code === "PARTY_NOT_FOUND" && last !== undefined,
        },
        call,
      );
    },
    partiesChanged({ city }, call) {
      const reset: PartiesChanged = { __typename: "PartiesReset", city };
      return live(
        {
          operation: partiesChangedSubscription,
          variables: () => ({ city }),
          keep: atMost<PartiesChanged>(WAITING, reset),
          take: (event) => event,
          begin: reset,
        },
        call,
      );
    },
    get connection() {
      return socket.state;
    },
    onConnection: (listener) => socket.onState(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What a mutation answers. In the schema it is nullable, so that one that fails hides no other; then there is an error. */
function outcome<Result>(answer: Result): NonNullable<Result> {
  if (answer != null) return answer;
  throw new ClientError(
    "BAD_RESPONSE",
    "The service answers neither with an outcome nor an error.",
  );
}

/** Whether a party can remember no more operation ids just now. */
function isTooMany(error: unknown): boolean {
  return error instanceof ClientError && error.code === "TOO_MANY_OPERATIONS";
}

/** In a page, an address may be relative to it. */
function addressOf(url: string | URL): string {
  const { location }: { readonly location?: { readonly href: string } } = globalThis;
  const address = URL.parse(url, location?.href);
  if (address && /^https?:$/.test(address.protocol)) return address.href;
  throw new TypeError(`${url} is no address over HTTP: give one as http://localhost:4000/graphql.`);
}
