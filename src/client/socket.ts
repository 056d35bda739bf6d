import { createClient } from "graphql-ws/client";
import { pause } from "./pause.ts";

/**
 * How the socket of live values is.
 *
 * - `idle`: nobody watches anything, so none is needed.
 * - `connecting`: it is opened.
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
  /** Closes it. Whoever used it has to have left before. */
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
/** How long it stays open for the next use, in milliseconds. */
const LINGER = 100;

/** Makes it. Nothing is opened yet. */
export function createSocket({ url, webSocket }: SocketOptions): Socket {
  const listeners = new Set<(state: ConnectionState) => void>();
  let told: ConnectionState = "idle";
  let uses = 0;
  let isOpen = false;
  let isLost = false;
  let waiting = new AbortController();
  let silence: ReturnType<typeof setTimeout> | undefined;

  const client = createClient({
    url,
    webSocketImpl: webSocket,
    lazyCloseTimeout: LINGER,
    keepAlive: QUIET,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    async retryWait(failures) {
      if (uses > 0) await pause(failures, waiting.signal);
    },
    on: {
      connecting: expectSign,
      connected() {
        sign();
        [isOpen, isLost] = [true, false];
        tell();
      },
      ping: (received) => void (received || expectSign()),
      pong: (received) => void (received && sign()),
      closed: (event) => lose(!isNormal(event)),
      error: () => lose(true),
    },
  });
  const forgetNetwork = onNetwork({ online: hurry, offline: () => client.terminate() });

  const state = (): ConnectionState => {
    if (uses === 0) return "idle";
    if (isOpen) return "connected";
    return isLost ? "lost" : "connecting";
  };

  function tell() {
    const now = state();
    if (now === told) return;
    told = now;
    // Later, so that a listener that throws stops nothing here.
    for (const listener of listeners) queueMicrotask(() => listener(now));
  }

  function lose(isMissed: boolean) {
    sign();
    [isOpen, isLost] = [false, isMissed && uses > 0];
    tell();
  }

  /** Gives up the connection unless there is a sign of the other side. */
  function expectSign() {
    clearTimeout(silence);
    silence = setTimeout(() => client.terminate(), PATIENCE);
  }

  function sign() {
    clearTimeout(silence);
  }

  /** Ends the wait for the next attempt. */
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
    tell();
  }

  return {
    get state() {
      return state();
    },
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    subscribe<Sent>(payload: Payload, sink: Sink<Sent>) {
      uses += 1;
      const release = client.subscribe(payload, sink as Sink<unknown>);
      hurry();
      tell();
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

/** Whether it was closed because nobody used it. */
function isNormal(event: unknown): boolean {
  return (event as Partial<CloseEvent>).code === 1000;
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
