import { createClient as createWebSocketClient } from "graphql-ws/client";
import { pause } from "./pause.ts";

/**
 * The state of the WebSocket of a client.
 *
 * - `idle`: there is no subscription, so it is not needed.
 * - `connecting`: it is being opened.
 * - `connected`
 * - `lost`: it broke or could not be opened. The client tries again until it is connected.
 */
export type ConnectionState = "idle" | "connecting" | "connected" | "lost";

/** The one WebSocket of a client: open while there is a subscription, and opened again when it is lost. */
export interface ClientSocket {
  readonly state: ConnectionState;
  /** Calls the listener with each new state. @returns ends that */
  onState(listener: (state: ConnectionState) => void): () => void;
  /**
   * Subscribes, and again on each new connection, with the variables that the payload has then.
   *
   * @returns ends the subscription
   */
  subscribe<Result>(payload: SubscribePayload, sink: ResultSink<Result>): () => void;
  /** Calls the listener on each connection. @returns ends that */
  onConnected(listener: () => void): () => void;
  /** Closes it. All subscriptions have to be ended before. */
  close(): Promise<void>;
}

/** An operation that is sent over the socket. */
interface SubscribePayload {
  readonly query: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Receives the results of an operation. */
interface ResultSink<Result> {
  next(result: Result): void;
  /** Called with errors of the service, a CloseEvent, or what was thrown. */
  error(error: unknown): void;
  complete(): void;
}

/** The payload of `connection_init` of the graphql-transport-ws protocol. */
export type ConnectionParams = Readonly<Record<string, unknown>>;

/** Such a payload, or a function that is called on each connection. */
export type GivenParams = ConnectionParams | (() => ConnectionParams | Promise<ConnectionParams>);

/** How the socket is opened. */
export interface SocketOptions {
  readonly url: string;
  readonly webSocket: typeof WebSocket;
  readonly connectionParams: GivenParams | undefined;
}

/** After how long without a message the client sends a ping, in milliseconds. */
const PING_AFTER = 10_000;
/** How long the service may take to answer a ping, or to acknowledge a connection, in milliseconds. */
const PONG_TIMEOUT = 5000;
/** How long the socket stays open after the last subscription has ended, in milliseconds. */
const LINGER = 100;

/** Creates the socket. It is opened by the first subscription. */
export function createSocket({
  url,
  webSocket,
  connectionParams = {},
}: SocketOptions): ClientSocket {
  const listeners = new Set<(state: ConnectionState) => void>();
  let reported: ConnectionState = "idle";
  let uses = 0;
  let isOpen = false;
  let isLost = false;
  let waiting = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;

  const client = createWebSocketClient({
    url,
    webSocketImpl: webSocket,
    async connectionParams() {
      const params = typeof connectionParams === "function" ? connectionParams() : connectionParams;
      return { ...(await params) };
    },
    lazyCloseTimeout: LINGER,
    keepAlive: PING_AFTER,
    retryAttempts: Infinity,
    shouldRetry: (event) => !isCallerRefused(event),
    async retryWait(failures) {
      if (uses > 0) await pause(failures, waiting.signal);
    },
    on: {
      connecting: expectAnswer,
      connected() {
        stopTimer();
        [isOpen, isLost] = [true, false];
        report();
      },
      ping: (received) => void (received || expectAnswer()),
      pong: (received) => void (received && stopTimer()),
      closed: (event) => lose(!isIdleClose(event)),
      error: () => lose(true),
    },
  });
  const forgetNetwork = onNetwork({ online: hurry, offline: () => client.terminate() });

  const state = (): ConnectionState => {
    if (uses === 0) return "idle";
    if (isOpen) return "connected";
    return isLost ? "lost" : "connecting";
  };

  function report() {
    const now = state();
    if (now === reported) return;
    reported = now;
    // In a microtask, so that a listener that throws interrupts nothing here.
    for (const listener of listeners) queueMicrotask(() => listener(now));
  }

  function lose(isMissed: boolean) {
    stopTimer();
    [isOpen, isLost] = [false, isMissed && uses > 0];
    report();
  }

  /** Gives up the connection unless the service answers in time. */
  function expectAnswer() {
    clearTimeout(silence);
    silence = setTimeout(() => client.terminate(), PONG_TIMEOUT);
  }

  function stopTimer() {
    clearTimeout(silence);
  }

  /** Ends the wait for the next attempt to connect. */
  function hurry() {
    waiting.abort();
    waiting = new AbortController();
  }

  function leave() {
    uses -= 1;
    if (uses === 0 && !isOpen) {
      client.terminate();
      hurry();
      lose(false);
    }
    report();
  }

  return {
    get state() {
      return state();
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    subscribe<Result>(payload: SubscribePayload, sink: ResultSink<Result>) {
      uses += 1;
      const release = client.subscribe(payload, sink as ResultSink<unknown>);
      hurry();
      report();
      let isUsed = true;
      return () => {
        if (!isUsed) return;
        isUsed = false;
        release();
        leave();
      };
    },
    onConnected: (listener) => client.on("connected", listener),
    async close() {
      forgetNetwork();
      if (isOpen) await client.dispose();
    },
  };
}

/** Whether the socket was closed because there was no subscription any more. */
function isIdleClose(event: unknown): boolean {
  return (event as Partial<CloseEvent>).code === 1000;
}

/** Listens to the network events of a browser. In Node.js there are none. */
function onNetwork(listeners: Readonly<Record<"online" | "offline", () => void>>): () => void {
  const page: Partial<EventTarget> = globalThis;
  const entries = Object.entries(listeners);
  for (const [event, listener] of entries) page.addEventListener?.(event, listener);
  return () => {
    for (const [event, listener] of entries) page.removeEventListener?.(event, listener);
  };
}

/** Whether the service has closed the socket because it refuses the caller (4403 of graphql-transport-ws). */
export function isCallerRefused(event: unknown): boolean {
  return (event as Partial<CloseEvent>).code === 4403;
}
