/** A message of the graphql-transport-ws protocol, as far as its order matters. */
interface Message {
  readonly type?: unknown;
  readonly id?: unknown;
}

/** The operations of a WebSocket that may not begin yet, in the order in which they came. */
export class WaitingOperations {
  /** By the id that the client has given them. */
  readonly #texts = new Map<string, string>();
  #characters = 0;

  /** How many characters their messages have. */
  get characters() {
    return this.#characters;
  }

  /**
   * Adds a message if it is an operation, and drops a waiting operation that its client completes.
   *
   * @returns whether nothing else is to be done with the message
   */
  takes(text: string): boolean {
    const { type, id } = protocolMessage(text);
    if (typeof id !== "string") return false;
    if (type === "complete") return this.#remove(id) !== undefined;
    // A second operation with an id is a mistake, with which graphql-ws closes the socket.
    if (type !== "subscribe" || this.#texts.has(id)) return false;
    this.#texts.set(id, text);
    this.#characters += text.length;
    return true;
  }

  /** Removes the first message and returns it; undefined if there is none. */
  next(): string | undefined {
    const [first] = this.#texts.keys();
    return first === undefined ? undefined : this.#remove(first);
  }

  #remove(id: string): string | undefined {
    const text = this.#texts.get(id);
    if (text === undefined) return undefined;
    this.#texts.delete(id);
    this.#characters -= text.length;
    return text;
  }
}

function protocolMessage(text: string): Message {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === "object" && message !== null ? message : {};
  } catch {
    // graphql-ws closes the socket with the reason.
    return {};
  }
}
