import type { ExecutionResult, GraphQLError, OperationTypeNode } from "graphql";
import type { Visitor } from "../live/index.ts";
import type { Connection } from "./connection.ts";
import type { Outlet } from "./delivery.ts";
import { asciiJson, completeFrame, type Payload, payloadOf } from "./payload.ts";
import { shownErrors } from "./request-error.ts";
import type { Unsent } from "./unsent.ts";

interface SocketOutletParts {
  readonly connection: Connection;
  /** The connection's record of operations, which has this one until it ends. */
  readonly subscriptions: Record<string, unknown>;
  readonly id: string;
}

interface Sending {
  readonly unsent: Unsent;
  readonly kind: OperationTypeNode;
}

/** Sends the payloads of one operation to its client. */
export class SocketOutlet implements Outlet {
  readonly #connection: Connection;
  readonly #subscriptions: Record<string, unknown>;
  readonly #id: string;
  readonly #idJson: string;
  #hasEntered = false;
  #isQuery = false;

  constructor({ connection, subscriptions, id }: SocketOutletParts) {
    this.#connection = connection;
    this.#subscriptions = subscriptions;
    this.#id = id;
    this.#idJson = asciiJson(JSON.stringify(id));
    // Until graphql-ws puts its iterator there.
    subscriptions[id] = this;
  }

  get isFull() {
    return this.#connection.isFull;
  }

  send(payload: Payload) {
    this.#connection.write(payload.frame(this.#idJson));
  }

  /** Sends the result of a query or mutation. Resolves when the client has read what was sent before it. */
  async sendResult(result: ExecutionResult, { unsent, kind }: Sending): Promise<void> {
    // Meanwhile it counts as in flight, so that few results wait.
    await this.#connection.room();
    const { json, sent } = unsent.serialize(result, { to: this.#connection.caller, kind });
    this.#connection.write(payloadOf(json.text).frame(this.#idJson), sent);
  }

  /** Whether the operation is still the one with its id: its client may have completed it and reused the id, or be gone. */
  get isOpen() {
    return this.#connection.isOpen && this.#subscriptions[this.#id] === this;
  }

  onDrain(visitor: Visitor) {
    this.#connection.onDrain(visitor);
  }

  end() {
    delete this.#subscriptions[this.#id];
    this.#connection.write(completeFrame(this.#idJson));
  }

  get expires() {
    return this.#connection.expires;
  }

  expire() {
    this.#connection.expire();
  }

  /** Its turn has come, so the next operation of the socket may follow it. */
  entered() {
    this.#hasEntered = true;
    this.#connection.entered();
  }

  /** Counts it as a query or mutation until {@link SocketOutlet.begun}. */
  countQuery() {
    this.#isQuery = true;
    this.#connection.queries += 1;
  }

  /** The operation no longer counts as in flight. */
  begun() {
    if (this.#isQuery) this.#connection.queries -= 1;
    // It may have been refused.
    if (!this.#hasEntered) this.#connection.entered();
    this.#connection.end();
  }

  /** Returns the errors for graphql-ws to send. */
  refuse(errors: readonly GraphQLError[]): GraphQLError[] | Promise<never> {
    const { isOpen } = this;
    this.begun();
    return isOpen ? shownErrors(errors) : new Promise<never>(() => {});
  }

  /** Never settles: the client may have started another operation with this id, which graphql-ws would complete. */
  abandon(): Promise<never> {
    this.begun();
    return new Promise<never>(() => {});
  }
}
