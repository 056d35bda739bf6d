import { createClient } from "graphql-ws/client";
import { pause } from "./pause.ts";

/**
 * How the socket of live values is.
 *
 * - `idle`: nobody watches anything, so there is none.
 * - `connecting`: the first attempt is under way.
 * - `connected`
 * - `lost`: it broke, or could not be opened, and is tried again until it is there.
 */
export type ConnectionState = "idle" | "connecting" | "connected" | "lost";

/** The one WebSocket of a client: there while it is used, and opened again when it is lost. */
export interface Socket {
  readonly state: ConnectionState;
  /** Calls the listener with each state that follows. @returns what ends that */
  onState(listener: (state: ConnectionState) => void): () => void;
  /**
   * Uses it. What is subscribed to is subscribed to again on each new connection, with the variables of then.
   *
   * @returns what ends that
   */
  subscribe<Sent>(payload: Payload, sink: Sink<Sent>): () => void;
  /** Calls the listener each time that it is there. @returns what ends that */
  onConnected(listener: () => void): () => void;
  /** Resolves when it is closed, as it is when nobody uses it. */
  close(): Promise<void>;
}

/** What is subscribed to. */
interface Payload {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Where what comes of it goes. */
interface Sink<Sent> {
  next(sent: Sent): void;
  /** Errors of the service, a CloseEvent, or what was thrown. */
  error(error: unknown): void;
  complete(): void;
}

/** How it is opened. */
export interface SocketOptions {
  readonly url: string;
  readonly webSocket: typeof WebSocket;
}

/** How long the other side may be silent before it is asked whether it is there, in milliseconds. */
const QUIET = 10_000;
/** How long it may take to answer that, or to greet, in milliseconds. */
const PATIENCE = 5000;

/** Makes it. Nothing is opened yet. */
export function createSocket({ url, webSocket }: SocketOptions): Socket {
  const listeners = new Set<(state: ConnectionState) => void>();
  let state: ConnectionState = "idle";
  let uses = 0;
  let waiting = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;

  const client = createClient({
    url,
    webSocketImpl: webSocket,
    keepAlive: QUIET,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: async (failures) => {
      if (uses > 0) await pause(failures, waiting.signal);
    },
    on: {
      connecting(isRetry) {
        enter(isRetry ? "lost" : "connecting");
        expectSign();
      },
      connected() {
        signed();
        enter("connected");
      },
      ping: (received) => void (received || expectSign()),
      pong: (received) => void (received && signed()),
      closed() {
        signed();
        enter(uses > 0 ? "lost" : "idle");
      },
      error: () => enter("lost"),
    },
  });

  function enter(next: ConnectionState) {
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener(state);
  }

  function expectSign() {
    clearTimeout(silence);
    silence = setTimeout(() => client.terminate(), PATIENCE);
  }

  function signed() {
    clearTimeout(silence);
  }

  /** Ends a wait for the next attempt. */
  function hurry() {
    waiting.abort();
    waiting = new AbortController();
  }

  function leave() {
    uses -= 1;
    if (uses > 0) return;
    // It is being closed, which the other side has to answer.
    if (state === "connected") return expectSign();
    client.terminate();
    hurry();
    signed();
    enter("idle");
  }

  const forget = onNetwork({ online: hurry, offline: () => client.terminate() });

  return {
    get state() {
      return state;
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    subscribe(payload, sink) {
      uses += 1;
      const release = client.subscribe(payload, sink as Sink<unknown>);
      hurry();
      let used = true;
      return () => {
        if (!used) return;
        used = false;
        release();
        leave();
      };
    },
    onConnected: (listener) => client.on("connected", listener),
    async close() {
      forget();
      if (state !== "connected") return;
      await new Promise<void>((resolve) => client.on("closed", () => resolve()));
    },
  };
}

/** Listens to what a browser says of its network; elsewhere nobody says anything. */
function onNetwork(listeners: Readonly<Record<"online" | "offline", () => void>>): () => void {
  const page: Partial<EventTarget> = globalThis;
  const entries = Object.entries(listeners);
  for (const [event, listener] of entries) page.addEventListener?.(event, listener);
  return () => {
    for (const [event, listener] of entries) page.removeEventListener?.(event, listener);
  };
}
