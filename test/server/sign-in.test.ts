import { createHmac, randomUUID, createPublicKey } from "node:crypto";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createServer, type Server, type ServerOptions } from "../../src/server/index.ts";
import { inSeconds, type Issuer, startIssuer } from "../fixtures/issuer.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { openRawSocket, type RawSocket } from "../fixtures/raw-socket.ts";
import { codesIn, errorsIn, type Received, send } from "../fixtures/send.ts";
import { noteSchema, noteTables } from "./notes.ts";

let keyspace: TestKeyspace;
let issuer: Issuer;
let server: Server;
beforeAll(async () => {
  keyspace = await createKeyspace(...noteTables);
  issuer = await startIssuer();
  server = await serve();
});
afterAll(async () => {
  await server?.close();
  await issuer?.[Symbol.asyncDispose]();
  await keyspace?.[Symbol.asyncDispose]();
});

/** Starts a server at which callers sign in with the tokens of the issuer. */
function serve(options: Partial<ServerOptions> = {}): Promise<Server> {
  return createServer({
    schema: noteSchema,
    tables: noteTables,
    session: keyspace.session,
    signIn: issuer.signIn,
    log: () => {},
    ...options,
  });
}

const json = { "content-type": "application/json" };

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly at?: Server;
}

/** Sends a query over HTTP. */
function post(query: string, { headers = {}, at = server }: Asked = {}): Promise<Received> {
  return send(at.url, { headers: { ...json, ...headers }, body: JSON.stringify({ query }) });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Asks who the caller is. */
async function who(token: string, at = server): Promise<unknown> {
  const received = await post("{ me }", { headers: bearer(token), at });
  return received.status === 200 ? JSON.parse(received.text).data.me : codesIn(received)[0];
}

/** Opens a socket and sends `connection_init`. */
async function init(payload: object, { headers = {}, at = server }: Asked = {}) {
  const socket = await openRawSocket(at.webSocketUrl, { headers });
  socket.send({ type: "connection_init", payload });
  return socket;
}

/** The code and reason with which a new socket is closed. */
function refusal(payload: object, at = server): Promise<string> {
  const socket = new WebSocket(at.webSocketUrl, "graphql-transport-ws");
  socket.on("open", () => socket.send(JSON.stringify({ type: "connection_init", payload })));
  return new Promise((done) =>
    socket.on("close", (code, reason) => done(`${code} ${reason.toString()}`)),
  );
}

async function whoOn(socket: RawSocket): Promise<unknown> {
  socket.send({ type: "subscribe", id: randomUUID(), payload: { query: "{ me }" } });
  const { payload } = await socket.next();
  await socket.next();
  return payload.data?.me ?? payload[0].extensions.code;
}

describe("a token is accepted", () => {
  test("over HTTP, in any spelling of Bearer", async () => {
    const token = await issuer.sign({ sub: "bob" });
    for (const scheme of ["Bearer", "bearer", "BEARER"]) {
      const { text } = await post("{ me }", { headers: { authorization: `${scheme} ${token}` } });
      expect(JSON.parse(text)).toEqual({ data: { me: "bob" } });
    }
  });

  test("over a WebSocket, in connection_init or else in the request that opens it", async () => {
    const [ann, bob] = [await issuer.sign(), await issuer.sign({ sub: "bob" })];
    using first = await init(bearer(ann));
    expect(await first.next()).toMatchObject({ type: "connection_ack" });
    expect(await whoOn(first)).toBe("ann");
    using second = await init({}, { headers: bearer(bob) });
    await second.next();
    expect(await whoOn(second)).toBe("bob");
    using both = await init(bearer(ann), { headers: bearer(bob) });
    await both.next();
    expect(await whoOn(both)).toBe("ann");
  });

  test("for an event stream", async () => {
    const response = await fetch(server.url, {
      method: "POST",
      headers: { ...json, ...bearer(await issuer.sign()), accept: "text/event-stream" },
      body: JSON.stringify({ query: "subscription { ticks }" }),
    });
    const chunks = response.body!.getReader();
    let text = "";
    while (!text.includes('"ticks":2'))
      text += Buffer.from((await chunks.read()).value!).toString();
    await chunks.cancel();
  });

  test("with each algorithm of an issuer's keys, and the acknowledgement says until when", async () => {
    for (const alg of ["RS256", "PS256", "ES384", "EdDSA"]) {
      await using other = await startIssuer(alg);
      await using own = await serve({ signIn: other.signIn });
      const exp = inSeconds(600);
      const token = await other.sign({ exp });
      expect([alg, await who(token, own)]).toEqual([alg, "ann"]);
      using socket = await init(bearer(token), { at: own });
      const { payload } = await socket.next();
      expect(Date.parse(payload.expires)).toBe((exp + 5) * 1000);
      expect(payload.expiresIn).toBeGreaterThan(500_000);
    }
  });

  test("by a key set that is given, by one public key, and by a secret", async () => {
    const set = issuer.keySet();
    const key = createPublicKey({ key: set.keys[0] as never, format: "jwk" });
    for (const keys of [set as never, key]) {
      await using own = await serve({ signIn: { ...issuer.signIn, keys } });
      expect(await who(await issuer.sign(), own)).toBe("ann");
    }
  });

  test("of several audiences with one of them, and of the type of access tokens", async () => {
    const aud = ["https://other.test", "https://service.test"];
    expect(await who(await issuer.sign({ aud }))).toBe("ann");
    for (const typ of ["at+jwt", "application/at+JWT", "jwt", undefined])
      expect(await who(await issuer.sign({}, { typ: typ as string }))).toBe("ann");
  });

  test("until shortly after it has expired, as clocks differ", async () => {
    expect(await who(await issuer.sign({ exp: inSeconds(-3) }))).toBe("ann");
    expect(await who(await issuer.sign({ exp: inSeconds(-60) }))).toBe("TOKEN_EXPIRED");
  });
});

/** Makes the parts of a token that nobody has signed. */
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

const claims = () => ({
  iss: "https://issuer.test/",
  aud: "https://service.test",
  sub: "ann",
  exp: inSeconds(600),
});

/** Tokens that must not be accepted, by what is wrong with them. */
const attacks: Readonly<Record<string, () => Promise<string> | string>> = {
  "no signature": () => `${part({ alg: "none" })}.${part(claims())}.`,
  "the algorithm none, with a signature": async () => {
    const [, , signature] = (await issuer.sign()).split(".");
    return `${part({ alg: "none" })}.${part(claims())}.${signature}`;
  },
  "HS256 with the public key as the secret": () => {
    const key = createPublicKey({ key: issuer.keySet().keys[0] as never, format: "jwk" });
    const secret = key.export({ type: "spki", format: "pem" });
    const signed = `${part({ alg: "HS256", kid: issuer.keySet().keys[0]!.kid })}.${part(claims())}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  },
  "claims that were changed": async () => {
    const [header, , signature] = (await issuer.sign()).split(".");
    return `${header}.${part({ ...claims(), sub: "root" })}.${signature}`;
  },
  "a key of its own in the header": async () => {
    await using other = await startIssuer();
    return other.sign({}, { jwk: other.keySet().keys[0] } as object);
  },
  "the kid of another key": async () => {
    await using other = await startIssuer();
    return other.sign({}, { kid: issuer.keySet().keys[0]!.kid! });
  },
  "a kid that names a member of all objects": () => issuer.sign({}, { kid: "__proto__" }),
  "an unknown critical extension": async () => {
    const [, payload, signature] = (await issuer.sign()).split(".");
    return `${part({ alg: "ES256", crit: ["x"], x: 1 })}.${payload}.${signature}`;
  },
  "another issuer": () => issuer.sign({ iss: "https://issuer.test" }),
  "a list of issuers": () => issuer.sign({ iss: ["https://issuer.test/"] }),
  "no issuer": () => issuer.sign({ iss: undefined }),
  "another audience": () => issuer.sign({ aud: "https://service.test.evil" }),
  "no audience": () => issuer.sign({ aud: undefined }),
  "an audience that is an object": () => issuer.sign({ aud: { "https://service.test": true } }),
  "the type of a logout": () => issuer.sign({}, { typ: "logout+jwt" }),
  "no expiry": () => issuer.sign({ exp: undefined }),
  "an expiry that is a text": () => issuer.sign({ exp: String(inSeconds(600)) }),
  "an expiry that is null": () => issuer.sign({ exp: null }),
  "a beginning in the future": () => issuer.sign({ nbf: inSeconds(600) }),
  "no sub": () => issuer.sign({ sub: undefined }),
  "an empty sub": () => issuer.sign({ sub: "" }),
  "a sub that is a number": () => issuer.sign({ sub: 1 }),
  "a sub that is an object": () => issuer.sign({ sub: { toString: "ann" } }),
  "a sub that is a list": () => issuer.sign({ sub: ["ann"] }),
  "too many characters": () => issuer.sign({ padding: "x".repeat(9000) }),
  "two parts": async () => (await issuer.sign()).split(".").slice(0, 2).join("."),
  "four parts": async () => `${await issuer.sign()}.x`,
  "no JSON": () => `${part("x")}.${part("y")}.eA`,
  "claims that are a list": () => `${part({ alg: "ES256" })}.${part([1])}.eA`,
  "a space inside": async () => (await issuer.sign()).replace(".", " ."),
};

describe("a token is refused, on HTTP and on WebSockets,", () => {
  test.each(Object.keys(attacks))("with %s", async (name) => {
    const token = await attacks[name]!();
    const received = await post("{ me }", { headers: bearer(token) });
    expect(received.status).toBe(401);
    expect(errorsIn(received)).toEqual([
      {
        message: "The token is not valid for this service.",
        extensions: { code: "UNAUTHENTICATED" },
      },
    ]);
    expect(received.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
    expect(await refusal(bearer(token))).toBe(
      "4403 UNAUTHENTICATED: The token is not valid for this service.",
    );
  });

  test("if it is larger than a header may be", async () => {
    const token = `${"x".repeat(60_000)}.y.z`;
    expect(await refusal(bearer(token))).toMatch(/^4403 UNAUTHENTICATED/);
  });
});
