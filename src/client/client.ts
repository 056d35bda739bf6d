import { readDocument, type TypedDocument } from "./document.ts";
import { sentById } from "./persisted.ts";
import { badCall, closedError } from "./error.ts";
import { subscribeLive } from "./live.ts";
import type { LiveValues } from "./mailbox.ts";
import { createSendRequest } from "./request.ts";
import { resend } from "./resend.ts";
import type { GivenToken } from "./token.ts";
import { type ConnectionState, createSocket, type GivenParams } from "./socket.ts";

/** How a client reaches its service. */
export interface ClientOptions {
  /** The service: `http://localhost:4000/graphql`. Its WebSocket has the same address. */
  readonly url: string | URL;
  /**
   * Returns the token of the caller: asked before each HTTP request, which is sent with it as `Bearer`, and for each
   * connection of the WebSocket, whose `connectionParams.authorization` it becomes. Return one that is valid for a while,
   * and a new one in time.
   *
   * Before the token of a connection expires, or when the service says that it has, the client connects again with a new
   * one. Live values go on, as after a lost connection. A second token that has expired fails them with `TOKEN_EXPIRED`.
   *
   * If it throws a {@link ClientError}, calls and live values fail with it. If it throws anything else, calls fail with
   * `NETWORK_ERROR`, and a connection is tried again. Default: no token.
   */
  readonly token?: GivenToken;
  /** Sent with each HTTP request. Browsers send none with a WebSocket: see `connectionParams`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * What identifies the caller on the WebSocket, such as a token: sent when it is opened, and asked for again on each new
   * connection. If the service refuses it, all live values fail with its code, or `FORBIDDEN`. Default: nothing.
   */
  readonly connectionParams?: GivenParams;
  /**
   * Whether to send the ids of documents instead of their texts, to a service that has a list of them. An id is the one
   * that GraphQL Code Generator's `persistedDocuments` has given a document, or the SHA-256 hash of its text. In pages
   * without TLS, which cannot compute hashes, texts are sent. Default: false.
   */
  readonly persisted?: boolean;
  /** How long an answer may take, in milliseconds. After that it counts as lost. Default: 10 s. */
  readonly timeout?: number;
  /** Default: the global one. */
  readonly fetch?: typeof fetch;
  /** Default: the global one. */
  readonly webSocket?: typeof WebSocket;
}

/** Options of every call. */
export interface CallOptions {
  /** Ends the call, which then fails with the signal's reason. What was sent may have been executed. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link Client.send}. */
export interface SendOptions extends CallOptions {
  /**
   * Where the variables have the id of what a mutation creates, e.g. `input.id`, if the service generates one
   * otherwise. The client puts a new UUID there if there is none. That makes it harmless to send the mutation again: see
   * {@link Client.send}. Default: the service generates the id, and the mutation is sent once.
   */
  readonly newId?: string | undefined;
}

/** Options of {@link Client.subscribe}. */
export interface SubscribeOptions<Data> extends CallOptions {
  /**
   * Data that say that something was missed. The reader gets them first, after each new connection, and instead of all
   * waiting values when more than 100 wait. What is read from the service after them misses nothing. Default: none; only
   * the newest value waits for the reader.
   */
  readonly reset?: Data | undefined;
  /**
   * Whether `asOf` orders the values of a document that declares `$since`: then a value that is not newer than the last
   * is dropped. It does so for one column of a table of lightweight transactions that never becomes null. Elsewhere
   * `asOf` may be null, stay or fall when the value changes. Default: false; only a value that a new connection repeats is
   * dropped.
   */
  readonly ordered?: boolean | undefined;
}

/** The variables and options of a call. Variables may be left out if the document needs none. */
export type CallArguments<Variables, Options> =
  Record<never, never> extends Variables
    ? [variables?: Variables, options?: Options]
    : [variables: Variables, options?: Options];

/**
 * A client of a GraphQL service, for any schema.
 *
 * Every call fails with a {@link ClientError}, or with the reason of its signal.
 */
export interface Client extends AsyncDisposable {
  /**
   * Sends a query or mutation and returns its data.
   *
   * While no answer comes, it is sent again, up to 4 times in 30 s, if that is harmless:
   *
   * - A document that declares `$operationId` is sent with the caller's id, or a new one, so that the service executes it
   *   once. If the service answers a new id with `TOO_MANY_OPERATIONS`, the document is sent once without an id. It is also
   *   sent once if the caller gives null.
   * - With {@link SendOptions.newId} it is sent with the caller's id, or a new one, so that it creates one thing. Sent
   *   again, it may find what it has created before.
   *
   * @example
   * const { seat } = await client.send(seatQuery, { theatre: "Globe", id });
   * @throws ClientError if the answer has errors, with the data that came with them
   */
  send<Data = unknown, Variables extends object = object>(
    document: TypedDocument<Data, Variables>,
    ...call: CallArguments<NoInfer<Variables>, SendOptions>
  ): Promise<Data>;

  /**
   * Subscribes. When the connection is lost, or the service completes the subscription, the client subscribes again.
   *
   * A document that declares `$since` resumes: it has to select `asOf`, and a new connection sends the last one as `since`,
   * so that the service sends only newer values. Without it each connection begins with the present value.
   *
   * The values end when the row is gone: when the service answers with a code that ends in `_NOT_FOUND` after there was a
   * value, or a `since` of the caller's. Before that the code is an error.
   *
   * @example
   * for await (const { takenChanged } of client.subscribe(takenChangedSubscription, { theatre: "Globe", id })) {
   *   console.log(takenChanged.taken);
   * }
   */
  subscribe<
    Data extends object = Readonly<Record<string, unknown>>,
    Variables extends object = object,
  >(
    document: TypedDocument<Data, Variables>,
    ...call: CallArguments<NoInfer<Variables>, SubscribeOptions<NoInfer<Data>>>
  ): LiveValues<Data>;

  /** The state of the WebSocket. */
  readonly connection: ConnectionState;

  /** Calls the listener with each new {@link Client.connection}. @returns ends that */
  onConnection(listener: (state: ConnectionState) => void): () => void;

  /** Ends all live values, and fails all calls that wait for an answer with `CLOSED`. */
  close(): Promise<void>;
}

/**
 * Creates a client. The WebSocket opens with the first subscription.
 *
 * @example
 * await using client = createClient({ url: "http://localhost:4000/graphql" });
 * const { seat } = await client.send<{ seat: { taken: number } | null }>('{ seat(theatre: "Globe", id: "…") { taken } }');
 */
export function createClient(options: ClientOptions): Client {
  const { token, headers = {}, persisted, timeout = 10_000, fetch = globalThis.fetch } = options;
  const url = httpAddress(options.url);
  const ended = new AbortController();
  const socket = createSocket({
    url: url.replace(/^http/, "ws"),
    webSocket: options.webSocket ?? globalThis.WebSocket,
    connectionParams: options.connectionParams,
    token,
  });
  // A browser's fetch must not be called as a method.
  const own: typeof fetch = (...args) => fetch(...args);
  const request = createSendRequest({ url, headers, token, timeout, fetch: own });

  const read = (document: TypedDocument<unknown, never>) =>
    persisted ? Promise.resolve(readDocument(document)).then(sentById) : readDocument(document);

  async function close(): Promise<void> {
    ended.abort(closedError());
    await socket.close();
  }

  return {
    async send(given, ...[variables = {}, call = {}]) {
      const signal = AbortSignal.any(call.signal ? [call.signal, ended.signal] : [ended.signal]);
      const document = await read(given);
      if (document.isSubscription) throw badCall("send takes no subscription: use subscribe.");
      return resend({ document, variables, newId: call.newId, signal }, (sent) =>
        request({ query: document.text, extensions: document.extensions, variables: sent }, signal),
      );
    },
    subscribe(document, ...[variables = {}, call = {}]) {
      ended.signal.throwIfAborted();
      const closing = ended.signal;
      return subscribeLive({
        ...call,
        socket,
        document: read(document),
        variables,
        closing,
      });
    },
    get connection() {
      return socket.state;
    },
    onConnection: (listener) => socket.onState(listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Returns the absolute address. In a page, it may be relative to the page's. */
function httpAddress(url: string | URL): string {
  const { location }: { readonly location?: { readonly href: string } } = globalThis;
  const address = URL.parse(url, location?.href);
  if (address && /^https?:$/.test(address.protocol)) return address.href;
  throw new TypeError(
    `${JSON.stringify(String(url))} is not an HTTP address: give one like http://localhost:4000/graphql.`,
  );
}
