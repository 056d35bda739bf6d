import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type ClientOptions,
  ClientError,
  type ConnectionState,
  createClient,
} from "../../src/client/index.ts";
import type { Server } from "../../src/server/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { inSeconds, type Issuer, startIssuer } from "../fixtures/issuer.ts";
import { type NoteService, openNoteService } from "../server/note-service.ts";

// How a client signs in, and renews its token.

let service: NoteService;
let issuer: Issuer;
let server: Server;
beforeAll(async () => {
  service = await openNoteService(({ signIn }) => ({ signIn: { ...signIn, clockTolerance: 0 } }));
  ({ issuer } = service);
  server = await service.serve();
});
afterAll(() => service?.[Symbol.asyncDispose]());

let name: string;
beforeEach(async () => {
  name = randomUUID();
  await using client = createClient({ url: server.url, token: () => issuer.sign() });
  await client.send(
    "mutation ($input: CreateBoardInput!) { createBoard(input: $input) { __typename } }",
    {
      input: { name },
    },
  );
});

/** Opens a client that notes how its sockets close, its states, and how often it was asked for a token. */
function open(token: () => string | Promise<string>, options: Partial<ClientOptions> = {}) {
  const closes: string[] = [];
  const states: ConnectionState[] = [];
  let asked = 0;
  const client = createClient({
    url: server.url,
    token() {
      asked += 1;
      return token();
    },
    webSocket: class extends WebSocket {
      constructor(...opening: ConstructorParameters<typeof WebSocket>) {
        super(...opening);
        this.addEventListener("close", ({ code, reason }) => closes.push(`${code} ${reason}`));
      }
    },
    ...options,
  });
  client.onConnection((state) => states.push(state));
  return {
    client,
    closes,
    states,
    asked: () => asked,
    [Symbol.asyncDispose]: () => client.close(),
  };
}

interface BoardEvent {
  readonly boardChanged: { readonly board: { readonly pins: number } };
}

const changes = (client: ReturnType<typeof createClient>) =>
  client.subscribe<BoardEvent>(
    "subscription ($name: String!, $since: WriteTime) { boardChanged(name: $name, since: $since) { asOf board { pins } } }",
    { name },
  );

async function pins(values: ReturnType<typeof changes>): Promise<number | undefined> {
  const { value } = await values.next();
  return value?.boardChanged.board.pins;
}

async function pin(): Promise<void> {
  await using client = createClient({ url: server.url, token: () => issuer.sign() });
  await client.send("mutation ($name: String!) { addPins(name: $name, delta: 1) { __typename } }", {
    name,
  });
}

test("a token is sent with each request and each connection", async () => {
  await using own = open(() => issuer.sign({ sub: "bob" }));
  expect(await own.client.send("{ me }")).toEqual({ me: "bob" });
  expect(await own.client.send("{ me }")).toEqual({ me: "bob" });
  expect(await pins(changes(own.client))).toBe(0);
  expect(own.asked()).toBe(3);
});

describe("live values", () => {
  test("go on with a new token before the old one expires, and the connection does not count as lost", async () => {
    await using own = open(() => issuer.sign({ exp: inSeconds(4), jti: randomUUID() }));
    const values = changes(own.client);
    expect(await pins(values)).toBe(0);
    await eventually(() => expect(own.asked()).toBeGreaterThanOrEqual(3), 20_000);
    await pin();
    expect(await pins(values)).toBe(1);
    expect(own.closes.filter((close) => close.startsWith("4403"))).toEqual([]);
    expect(own.states).not.toContain("lost");
  });

  test("go on with a new token when the service says that the old one has expired", async () => {
    const short = await issuer.sign({ exp: inSeconds(2) });
    let token = short;
    await using own = open(() => token);
    const values = changes(own.client);
    expect(await pins(values)).toBe(0);
    // No new one is there when it would be time to renew.
    await eventually(() => expect(own.client.connection).not.toBe("connected"));
    token = await issuer.sign();
    await pin();
    expect(await pins(values)).toBe(1);
    expect(own.closes).toContain("4403 TOKEN_EXPIRED: The token has expired.");
  });

  test("fail with TOKEN_EXPIRED if the new token has expired, too", async () => {
    const short = await issuer.sign({ exp: inSeconds(2) });
    await using own = open(() => short);
    const values = changes(own.client);
    expect(await pins(values)).toBe(0);
    await expect(values.next()).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
  });

  test("fail with UNAUTHENTICATED if the token is refused, without another attempt", async () => {
    await using own = open(() => issuer.sign({ aud: "https://other.test" }));
    await expect(changes(own.client).next()).rejects.toMatchObject({
      code: "UNAUTHENTICATED",
      message: "The token is not valid for this service.",
    });
    expect(own.asked()).toBe(1);
  });

  test("wait while nobody can verify the token", async () => {
    await using other = await startIssuer();
    other.meets = "failure";
    await using slow = await service.serve({ signIn: other.signIn });
    await using own = open(() => other.sign(), { url: slow.url });
    const values = changes(own.client);
    const first = pins(values);
    await eventually(() => expect(own.closes[0]).toMatch(/^1013 /));
    other.meets = "keys";
    expect(await first).toBe(0);
  });

  test("wait while there is no token, and fail if there will be none", async () => {
    let failure: Error | undefined = new Error("The network is down");
    await using own = open(() => {
      if (failure) throw failure;
      return issuer.sign();
    });
    const first = pins(changes(own.client));
    await eventually(() => expect(own.asked()).toBeGreaterThanOrEqual(3));
    failure = undefined;
    expect(await first).toBe(0);

    await using signedOut = open(() => {
      throw new ClientError("SIGNED_OUT", "The user has signed out.");
    });
    await expect(changes(signedOut.client).next()).rejects.toMatchObject({ code: "SIGNED_OUT" });
    expect(signedOut.asked()).toBe(1);
  });

  test("wait for a token that takes longer than the service waits, which is asked for once", async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    await using own = open(() => promise);
    const first = pins(changes(own.client));
    await eventually(() => expect(own.closes.length).toBeGreaterThanOrEqual(1), 20_000);
    resolve(await issuer.sign());
    expect(await first).toBe(0);
    expect(own.asked()).toBe(1);
  });
});

describe("a request", () => {
  test("whose token has expired is sent again with another one", async () => {
    const tokens = [await issuer.sign({ exp: inSeconds(-10) }), await issuer.sign()];
    await using own = open(() => tokens.shift()!);
    expect(await own.client.send("{ me }")).toEqual({ me: "ann" });
  });

  test("whose token has expired fails if there is no other", async () => {
    const token = await issuer.sign({ exp: inSeconds(-10) });
    await using own = open(() => token);
    await expect(own.client.send("{ me }")).rejects.toMatchObject({ code: "TOKEN_EXPIRED" });
    expect(own.asked()).toBe(2);
  });

  test.each([
    ["fails", () => Promise.reject(new Error("No network")), "NETWORK_ERROR"],
    [
      "says that there is none",
      () => {
        throw new ClientError("SIGNED_OUT", "No.");
      },
      "SIGNED_OUT",
    ],
    ["returns no text", () => undefined as never, "BAD_CALL"],
    ["returns two lines", () => "a\r\nb: c", "BAD_CALL"],
  ])("fails if the function for the token %s", async (_, token, code) => {
    await using own = open(token);
    await expect(own.client.send("{ me }")).rejects.toMatchObject({ code });
  });

  test("that waits for a token ends with its signal", async () => {
    await using own = open(() => new Promise<string>(() => {}));
    const reason = new Error("Enough");
    const signal = AbortSignal.abort(reason);
    await expect(own.client.send("{ me }", {}, { signal })).rejects.toBe(reason);
  });
});
