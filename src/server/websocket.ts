import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { ExecutionArgs, GraphQLError } from "graphql";
import { handleProtocols, makeServer, type SubscribePayload } from "graphql-ws";
import { WebSocketServer } from "ws";
import { within } from "../support/within.ts";
import type { AddressOf } from "./address.ts";
import type { Limits } from "./adjustable-limits.ts";
import { Connection, type OpenedSocket, TRY_AGAIN_LATER } from "./connection.ts";
import type { Identify, Identity, RequestOrigin } from "./context.ts";
import { Delivery } from "./delivery.ts";
import { type Code, codedError } from "./error.ts";
import type { KeepAlive } from "./keep-alive.ts";
import type { Gate, GateRefusal } from "./gate.ts";
import { limits as fixed } from "./limits.ts";
import type { Log, Mask } from "./mask.ts";
import type { OpenSockets } from "./open-sockets.ts";
import { documentSent, persistedId, type SentParams } from "./params.ts";
import type { Invalid, Pipeline, Prepared } from "./pipeline.ts";
import { errorHeaders } from "./request-error.ts";
import { type Expiry, isPast } from "./sign-in/expiry.ts";
import { expiredToken } from "./sign-in/refusals.ts";
import type { SignIn } from "./sign-in/sign-in.ts";
import { SocketOutlet } from "./socket-outlet.ts";
import type { Unsent } from "./unsent.ts";

export interface WebSocketOptions {
  readonly pipeline: Pipeline;
  /** Undefined: nobody signs in by token. */
  readonly signIn: SignIn | undefined;
  readonly identify: Identify;
  readonly addressOf: AddressOf;
  readonly gate: Gate;
  readonly openSockets: OpenSockets;
  readonly unsent: Unsent;
  readonly keepAlive: KeepAlive;
  readonly expiry: Expiry;
  readonly limits: Pick<Limits, "operationsPerSocket" | "time">;
  readonly mask: Mask;
  readonly log: Log;
}

/** The WebSockets of a server. */
export interface WebSockets {
  /** Accepts a socket, or refuses it: one that the gate refuses, or any while the server closes. */
  upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void;
  /** Closes every socket with 1001, and waits until they are closed. After `fixed.drain` they are cut. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL over WebSocket (the graphql-transport-ws protocol) through the same pipeline as HTTP.
 *
 * graphql-ws implements the protocol, and ws the sockets; between them and us there is a private contract, on which
 * sharing of frames and bounded memory rest. A new version of one of them needs a look at these points:
 *
 * - graphql-ws' own binding to ws is replaced by {@link Connection}: the binding keeps a timer per socket, and prints a
 *   stack trace when a client sends too much or disappears.
 * - `execute` and `subscribe` are one function, {@link run}, which gets what `onSubscribe` returned. It never gives
 *   graphql-ws a result to serialise, since one that cannot be serialised would close the socket and end its other
 *   operations. A query's result is sent here, and graphql-ws gets an empty iterator, after which it sends `complete`.
 *   A subscription's {@link Delivery} is an iterator that never yields: graphql-ws only calls `next` once, which starts
 *   it, and `return` when the client completes it.
 * - The record `subscriptions` of a connection holds an entry per operation, under the client's id. graphql-ws puts its
 *   iterator there; {@link SocketOutlet} puts itself there before, so that a duplicate id is refused from the start, and
 *   compares the entry to see whether the operation was completed meanwhile.
 * - Frames are written to the TCP stream below ws, as text that was built once for all subscribers. That is safe because
 *   ws writes each frame of its own in one call and compression (`perMessageDeflate`) is off.
 */
export function createWebSockets(options: WebSocketOptions): WebSockets {
  const { pipeline, signIn, identify, addressOf, openSockets, unsent, mask, log } = options;
  const { keepAlive, expiry, limits, gate } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: fixed.messageBytes,
    // Compressed frames are queued, so frames that are written beside them could be sent in between.
    perMessageDeflate: false,
    // One message per turn of the event loop: a flood on one socket does not delay the others.
    allowSynchronousEvents: false,
  });
  const protocol = makeServer<Record<string, unknown>, Connection>({
    execute: run,
    subscribe: run,
    async onConnect(opened) {
      const { extra: connection, connectionParams } = opened;
      try {
        const origin = { address: connection.caller, connectionParams };
        const request = connection.takeRequest();
        const given = signIn ? identifySignedIn(request, origin) : identify(request, origin);
        const identity = given instanceof Promise ? await inTime(given, limits.time) : given;
        // Its count has ended with it.
        if (!connection.isOpen) return false;
        countFor(connection, identity.caller);
        connection.identity = identity;
        expiry.add(connection);
        // graphql-ws would hold them while the socket is open. `delete` would make the object larger.
        if (connectionParams)
          (opened as { connectionParams: unknown }).connectionParams = undefined;
        return acknowledgementOf(identity);
      } catch (error) {
        const refusal = mask(error);
        const code = String(refusal.extensions["code"]);
        if (tryAgainCodes.has(code)) connection.close(TRY_AGAIN_LATER, refusal.message);
        else connection.refuse(refusal);
        return false;
      }
    },
    onSubscribe({ extra: connection, subscriptions }, id, payload) {
      // graphql-ws has acknowledged the connection, so the identity is known.
      const identity = connection.identity!;
      const outlet = new SocketOutlet({ connection, subscriptions, id });
      connection.begin();
      if (isPast(identity.expires)) return outlet.refuse([expiredToken()]);
      const begin = (prepared: Prepared | Invalid) => {
        if ("errors" in prepared) return outlet.refuse(prepared.errors);
        const begun = Object.keys(subscriptions).length - connection.queries;
        if (prepared.kind === "subscription" && begun > fixed.subscriptionsASocket)
          return outlet.refuse([tooManySubscriptions()]);
        return runnable({ prepared, outlet, identity, unsent });
      };
      const payer = { caller: identity.caller, isGone: () => !outlet.isOpen };
      const preparing = pipeline.prepare(paramsOf(payload), payer);
      return preparing instanceof Promise ? preparing.then(begin) : begin(preparing);
    },
  });

  async function identifySignedIn(request: IncomingMessage, origin: RequestOrigin) {
    return identify(request, { ...origin, viewer: await signIn!(request, origin) });
  }

  /** Counts a socket for its caller, once that is known, instead of its address. @throws GraphQLError `QUOTA_EXCEEDED` */
  function countFor(connection: Connection, caller: string) {
    if (caller !== connection.caller) {
      openSockets.open(caller);
      openSockets.close(connection.caller);
    }
    // Also if it is equal: then all sockets of a caller hold the same string.
    connection.caller = caller;
  }

  /** A function of its own, so that the listener of `close` holds nothing of the request. */
  function open(opened: OpenedSocket) {
    const { client } = opened;
    const connection = new Connection({ ...opened, operations: limits.operationsPerSocket, log });
    keepAlive.add(connection);
    const closed = protocol.opened(connection, connection);
    client.on("close", (code, reason) => {
      keepAlive.remove(connection);
      expiry.remove(connection);
      openSockets.close(connection.caller);
      void closed(code, reason.toString());
    });
  }

  let isClosing = false;
  return {
    upgrade(request, stream, head) {
      // Its client has gone while other code of the host was working.
      if (stream.destroyed) return;
      if (isClosing) return refuse(stream, "503 Service Unavailable");
      const refusal = gate.refusalOf(request);
      if (refusal) return refuse(stream, statusLines[refusal.status], { body: refusal.message });
      const caller = addressOf(request);
      try {
        openSockets.open(caller);
      } catch (error) {
        const headers = errorHeaders({ errors: [mask(error)] });
        return refuse(stream, "429 Too Many Requests", { headers });
      }
      let isOpen = false;
      // It calls back before it returns, or never.
      sockets.handleUpgrade(request, stream, head, (client) => {
        isOpen = true;
        open({ client, stream: stream as Socket, request, caller });
      });
      if (!isOpen) openSockets.close(caller);
    },
    async close() {
      isClosing = true;
      for (const client of sockets.clients) client.close(1001, "Going away");
      // A client may never answer that its socket closes, and ws waits 30 s for that.
      const cut = setTimeout(() => {
        for (const client of sockets.clients) client.terminate();
      }, fixed.drain);
      await new Promise((done) => sockets.close(done));
      clearTimeout(cut);
    },
  };
}

/**
 * What `connection_ack` says: until when the client is signed in, and for how many milliseconds more, as its clock may
 * differ.
 */
function acknowledgementOf({ expires }: Identity) {
  if (expires === undefined) return true;
  return { expires: new Date(expires).toISOString(), expiresIn: Math.max(0, expires - Date.now()) };
}

/** The codes of refusals after which a client may try again with what it has sent. */
const tryAgainCodes: ReadonlySet<string> = new Set<Code>([
  "INTERNAL_SERVER_ERROR",
  "QUOTA_EXCEEDED",
  "OVERLOADED",
  "TIMED_OUT",
  "UNAVAILABLE",
  "NOT_SYNCED",
  "READ_FAILED",
  "TOO_MANY_TOMBSTONES",
]);

/** Waits for an identity. @param time in milliseconds */
function inTime(identity: Promise<Identity>, time: number): Promise<Identity> {
  return within(time, identity, () => {
    throw new Error(`The context of a WebSocket was not there within ${time} ms.`);
  });
}

/** graphql-ws has checked the types of these, and requires a text, which is empty if only the id is sent. */
function paramsOf({ query, operationName, variables, extensions }: SubscribePayload): SentParams {
  return { ...documentSent(query, persistedId(extensions)), operationName, variables };
}

/** What graphql-ws executes or subscribes to, with `run`, of which it does not know. */
interface Runnable extends Pick<ExecutionArgs, "schema" | "document" | "operationName"> {
  run: (() => unknown) | undefined;
}

interface Operation {
  readonly prepared: Prepared;
  readonly outlet: SocketOutlet;
  readonly identity: Identity;
  readonly unsent: Unsent;
}

function runnable({ prepared, outlet, identity, unsent }: Operation) {
  const { schema, document, operationName, kind } = prepared;
  const isSubscription = kind === "subscription";
  if (!isSubscription) outlet.countQuery();
  const run = async () => {
    const client = {
      identity,
      isGone: () => !outlet.isOpen,
      entered: () => outlet.entered(),
    };
    const result = await (isSubscription
      ? prepared.subscribe(client, outlet)
      : prepared.execute(client));
    if (!outlet.isOpen) {
      if (result instanceof Delivery) void result.return();
      return outlet.abandon();
    }
    if (!(result instanceof Delivery)) await outlet.sendResult(result, { unsent, kind });
    outlet.begun();
    return result instanceof Delivery ? result : nothing();
  };
  const operation: Runnable = { schema, document, operationName, run };
  return operation;
}

/** Yields nothing, since the result has been sent. graphql-ws then completes the operation. */
async function* nothing(): AsyncGenerator<never> {}

/** Runs an operation. graphql-ws holds its argument for as long as a subscription lives, so the function is released. */
function run(args: ExecutionArgs): never {
  const runnable = args as unknown as Runnable;
  const { run } = runnable;
  runnable.run = undefined;
  return run?.() as never;
}

const statusLines: Readonly<Record<GateRefusal["status"], string>> = {
  400: "400 Bad Request",
  403: "403 Forbidden",
  421: "421 Misdirected Request",
};

/** What the refusal of a socket has beside its status. */
interface SocketRefusal {
  readonly headers?: Readonly<Record<string, string>>;
  /** In ASCII. */
  readonly body?: string;
}

function refuse(stream: Duplex, status: string, { headers, body = "" }: SocketRefusal = {}): void {
  // Node.js has removed its own listener: an unhandled error of the stream would end the process.
  stream.on("error", () => stream.destroy());
  const lines = Object.entries({
    connection: "close",
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(body.length),
    "x-content-type-options": "nosniff",
    ...headers,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  // Nobody reads what the client still sends, so the end of the stream would never come.
  stream.end(`HTTP/1.1 ${status}\r\n${head}\r\n${body}`, () => stream.destroy());
}

function tooManySubscriptions(): GraphQLError {
  const message = `A socket takes ${fixed.subscriptionsASocket} subscriptions: complete some, or open another.`;
  return codedError("TOO_MANY_SUBSCRIPTIONS", message);
}
