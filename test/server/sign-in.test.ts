import { createHmac, createPublicKey, createSecretKey, randomUUID } from "node:crypto";
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { SignJWT } from "jose";
import { WebSocket } from "ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createViewer, type Server, type ServerOptions } from "../../src/server/index.ts";
import { eventually } from "../fixtures/eventually.ts";
import { inSeconds, type Issuer, startIssuer } from "../fixtures/issuer.ts";
import { openRawSocket, type RawSocket } from "../fixtures/raw-socket.ts";
import { codesIn, errorsIn, type Received, send } from "../fixtures/send.ts";
import { type NoteService, openNoteService } from "./note-service.ts";
import { held } from "./notes.ts";

let service: NoteService;
let issuer: Issuer;
let server: Server;
beforeAll(async () => {
  service = await openNoteService();
  ({ issuer } = service);
  server = await service.serve();
});
afterAll(() => service?.[Symbol.asyncDispose]());

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

  test("in connection_init with a name in any case, but not in two", async () => {
    const token = `Bearer ${await issuer.sign()}`;
    using socket = await init({ Authorization: token });
    await socket.next();
    expect(await whoOn(socket)).toBe("ann");
    const twice = await refusal({ authorization: token, Authorization: token });
    expect(twice).toMatch(/^4403 UNAUTHENTICATED: The token/);
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
      await using own = await service.serve({ signIn: other.signIn });
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
      await using own = await service.serve({ signIn: { ...issuer.signIn, keys } });
      expect(await who(await issuer.sign(), own)).toBe("ann");
    }
    const secret = createSecretKey(Buffer.alloc(32, "secret"));
    await using own = await service.serve({ signIn: { ...issuer.signIn, keys: secret } });
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: "HS256" }).sign(secret);
    expect(await who(token, own)).toBe("ann");
  });

  test("of several audiences with one of them, and of the type of access tokens", async () => {
    const aud = ["https://other.test", "https://service.test"];
    expect(await who(await issuer.sign({ aud }))).toBe("ann");
    for (const typ of ["at+jwt", "application/at+JWT", "jwt", undefined])
      expect(await who(await issuer.sign({}, { typ: typ as string }))).toBe("ann");
  });

  test("that never expires in practice", async () => {
    using socket = await init(bearer(await issuer.sign({ exp: 1e300 })));
    const { payload } = await socket.next();
    expect(payload.expires).toBe("+275760-09-13T00:00:00.000Z");
    expect(await whoOn(socket)).toBe("ann");
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
  "claims nested without end": () =>
    issuer.sign({ deep: JSON.parse("[".repeat(2500) + "]".repeat(2500)) }),
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

describe("why a token is refused is logged, without the token,", () => {
  test.each<readonly [string, string]>([
    [
      "another audience",
      'its claim aud is "https://service.test.evil", expected "https://service.test"',
    ],
    ["no audience", 'it has no claim aud, expected "https://service.test"'],
    [
      "an audience that is an object",
      'its claim aud is an object, expected "https://service.test"',
    ],
    ["another issuer", 'its claim iss is "https://issuer.test", expected "https://issuer.test/"'],
    ["the type of a logout", 'its type (typ) is "logout+jwt", expected "JWT" or "at+jwt"'],
    [
      "a sub that is a number",
      "its claim sub is not as it must be, expected a text that is not empty",
    ],
    ["no sub", "it has no claim sub, expected a text that is not empty"],
    ["an expiry that is a text", "expected a number of seconds"],
    [
      "a kid that names a member of all objects",
      'there is no key with kid "__proto__" for algorithm "ES256"',
    ],
    ["claims that were changed", "its signature is not by the key (its kid is "],
    ["the kid of another key", "its signature is not by the key (its kid is "],
    ["HS256 with the public key as the secret", 'its algorithm is "HS256", expected "RS256" or '],
    ["no JSON", "it is not well-formed"],
    ["two parts", "authorization is something else than Bearer and one token"],
  ])("with %s", async (name, reason) => {
    const lines: string[] = [];
    await using own = await service.serve({ log: (line) => lines.push(line) });
    const token = await attacks[name]!();
    for (let count = 0; count < 2; count += 1) await who(token, own);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("Refused a token: ");
    expect(lines[0]).toContain(reason);
    for (const each of token.split(".").filter((text) => text !== ""))
      expect(lines[0]).not.toContain(each);
  });

  test("in one short line, whatever it has", async () => {
    const lines: string[] = [];
    await using own = await service.serve({ log: (line) => lines.push(line) });
    const aud = ["\n\u202e".repeat(50), "x".repeat(2000)];
    expect(await who(await issuer.sign({ aud }), own)).toBe("UNAUTHENTICATED");
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\n\u202e]/);
    expect(lines[0]!.length).toBeLessThan(700);
  });

  test("unless it has expired, or there is none", async () => {
    const lines: string[] = [];
    await using own = await service.serve({ log: (line) => lines.push(line) });
    expect(await who(await issuer.sign({ exp: inSeconds(-60) }), own)).toBe("TOKEN_EXPIRED");
    expect(codesIn(await post("{ me }", { at: own }))).toEqual(["UNAUTHENTICATED"]);
    expect(lines).toEqual([]);
  });
});

describe("whoever sends no token", () => {
  test("is refused before its document is looked at", async () => {
    for (const query of ["{ me }", "{ nothing", "{ nothing }"]) {
      const received = await post(query);
      expect(received.status).toBe(401);
      expect(received.headers["www-authenticate"]).toBe("Bearer");
      expect(errorsIn(received)).toEqual([
        { message: "Sign in first.", extensions: { code: "UNAUTHENTICATED" } },
      ]);
    }
    expect(await refusal({})).toBe("4403 UNAUTHENTICATED: Sign in first.");
  });

  test("is not signed in by an address or a cookie", async () => {
    const token = await issuer.sign();
    const cookie = `authorization=Bearer ${token}; token=${token}; access_token=${token}`;
    expect(codesIn(await post("{ me }", { headers: { cookie } }))).toEqual(["UNAUTHENTICATED"]);
    const url = `${server.url}?access_token=${token}&token=${token}&authorization=Bearer+${token}`;
    const received = await send(url, { headers: json, body: '{"query":"{ me }"}' });
    expect(codesIn(received)).toEqual(["UNAUTHENTICATED"]);
    const params = { token, access_token: token, headers: bearer(token) };
    expect(await refusal(params)).toBe("4403 UNAUTHENTICATED: Sign in first.");
  });

  test("is a stranger, where strangers are granted something", async () => {
    await using own = await service.serve({
      signIn: { ...issuer.signIn, anonymous: ["note:read"] },
    });
    const query = '{ me read: may(scope: "note:read") write: may(scope: "note:write") scopes }';
    const { text } = await post(query, { at: own });
    const data = { me: null, read: true, write: false, scopes: ["note:read"] };
    expect(JSON.parse(text)).toEqual({ data });
    const mine = await post("{ myNotes { nodes { words } } }", { at: own });
    expect([mine.status, codesIn(mine)]).toEqual([401, ["UNAUTHENTICATED"]]);
    using socket = await init({}, { at: own });
    expect(await socket.next()).toEqual({ type: "connection_ack" });
  });

  test.each([
    ["another scheme", ["Basic YW5uOmFubg=="]],
    ["no token behind the scheme", ["Bearer "]],
    ["nothing in the header", [""]],
    ["two tokens in one header", ["Bearer a.b.c, Bearer a.b.c"]],
    ["two headers", ["Bearer a.b.c", "Bearer a.b.c"]],
  ])("is no stranger with %s", async (_, authorization) => {
    await using own = await service.serve({ signIn: { ...issuer.signIn, anonymous: [] } });
    const headers = { ...json, authorization } as never;
    const received = await send(own.url, { headers, body: '{"query":"{ me }"}' });
    expect(codesIn(received)).toEqual(["UNAUTHENTICATED"]);
  });

  test("is no stranger with a valid token in each of two headers", async () => {
    const token = `Bearer ${await issuer.sign()}`;
    const headers = { ...json, authorization: [token, token] } as never;
    const received = await send(server.url, { headers, body: '{"query":"{ me }"}' });
    expect(codesIn(received)).toEqual(["UNAUTHENTICATED"]);
  });

  test.each([null, 1, "", ["Bearer a.b.c"], { token: "a.b.c" }])(
    "is no stranger with %j as authorization of connection_init",
    async (authorization) => {
      await using own = await service.serve({ signIn: { ...issuer.signIn, anonymous: [] } });
      expect(await refusal({ authorization }, own)).toMatch(/^4403 UNAUTHENTICATED: The token/);
    },
  );
});

describe("the viewer", () => {
  const ask = async (token: string, query: string, at = server) =>
    JSON.parse((await post(query, { headers: bearer(token), at })).text);

  test.each<readonly [string, unknown, readonly string[]]>([
    ["a text", "b a  a", ["a", "b"]],
    ["a list", ["b", "a b", "a", 1, null, ""], ["a", "a b", "b"]],
    ["a number", 5, []],
    ["an object", { a: true }, []],
    ["nothing", undefined, []],
  ])("has the scopes of a claim that is %s", async (_, scope, scopes) => {
    const { data } = await ask(await issuer.sign({ scope }), '{ scopes may(scope: "a") }');
    expect(data).toEqual({ scopes, may: scopes.includes("a") });
  });

  test("has the scopes of the claim that the server names, and of no other", async () => {
    await using own = await service.serve({ signIn: { ...issuer.signIn, scopesClaim: "scp" } });
    const token = await issuer.sign({ scope: "a", scp: ["b"] });
    expect(await ask(token, "{ scopes }", own)).toEqual({ data: { scopes: ["b"] } });
    await using proto = await service.serve({
      signIn: { ...issuer.signIn, scopesClaim: "constructor" },
    });
    expect(await ask(await issuer.sign(), "{ scopes }", proto)).toEqual({ data: { scopes: [] } });
  });

  test("has what strangers are granted, too", async () => {
    await using own = await service.serve({
      signIn: { ...issuer.signIn, anonymous: ["note:read"] },
    });
    const scopes = async (scope: unknown) =>
      (await ask(await issuer.sign({ scope }), "{ scopes }", own)).data.scopes;
    expect(await scopes(undefined)).toEqual(["note:read"]);
    expect(await scopes("note:write note:read")).toEqual(["note:read", "note:write"]);
  });

  test("has its own claims, and no members that all objects have", async () => {
    const token = await issuer.sign({ tenant: "north", empty: "", ["__proto__"]: "own" });
    const claim = async (name: string) => {
      const { data, errors } = await ask(token, `{ claim(name: "${name}") }`);
      return data?.claim ?? errors[0].extensions.code;
    };
    expect(await claim("tenant")).toBe("north");
    expect(await claim("__proto__")).toBe("own");
    for (const name of ["empty", "exp", "constructor", "toString", "hasOwnProperty", "none"])
      expect(await claim(name)).toBe("FORBIDDEN");
    expect(await ask(await issuer.sign(), '{ claim(name: "__proto__") }')).toMatchObject({
      errors: [{ extensions: { code: "FORBIDDEN" } }],
    });
  });

  test("reads and writes its own rows, by a key that nobody can send", async () => {
    const [ann, bob] = [await issuer.sign(), await issuer.sign({ sub: "bob" })];
    const write = (words: string) =>
      `mutation { writeNote(input: { words: "${words}" }) { __typename } }`;
    await ask(ann, write("of ann"));
    await ask(bob, write("of bob"));
    const mine = "{ myNotes { nodes { owner words } } }";
    const notes = (owner: string) => ({
      data: { myNotes: { nodes: [{ owner, words: `of ${owner}` }] } },
    });
    expect(await ask(ann, mine)).toEqual(notes("ann"));
    expect(await ask(bob, mine)).toEqual(notes("bob"));
    const forged = await ask(bob, '{ myNotes(owner: "ann") { nodes { words } } }');
    expect(forged.errors[0].extensions.code).toBe("BAD_USER_INPUT");
  });

  test("may be one that context makes of it, whose expiry counts then", async () => {
    await using own = await service.serve({
      context: (_, { viewer }) => ({
        viewer: createViewer({ claims: viewer.claims, scopes: ["from a database"] }),
      }),
    });
    const token = await issuer.sign({ scope: "of the token" });
    const { data } = await ask(token, "{ me scopes }", own);
    expect(data).toEqual({ me: "ann", scopes: ["from a database"] });
    using socket = await init(bearer(token), { at: own });
    expect((await socket.next()).payload.expires).toBeDefined();
  });

  test.each([
    ["has no expiry", undefined, 60],
    ["lasts longer", 600, 60],
    ["ends earlier", 30, 30],
  ])(
    "ends with its token at the latest, also if that of context %s",
    async (_, ofContext, ends) => {
      const now = inSeconds(0);
      const exp = ofContext === undefined ? {} : { exp: now + ofContext };
      await using own = await service.serve({
        context: (_request, { viewer }) => ({
          viewer: createViewer({ claims: { sub: viewer.id, ...exp }, scopes: [] }),
        }),
      });
      using socket = await init(bearer(await issuer.sign({ exp: now + 60 })), { at: own });
      const { payload } = await socket.next();
      expect(Date.parse(payload.expires)).toBe((now + ends + 5) * 1000);
    },
  );

  test.each([
    ["null", null, "null"],
    ["an object of its own", { isSignedIn: true, id: "root", may: () => true }, "another object"],
  ])("must not be %s that context makes", async (_, viewer, came) => {
    const lines: string[] = [];
    await using own = await service.serve({
      context: () => ({ viewer }) as object,
      log: (line, error) => lines.push(`${line} ${String(error)}`),
    });
    expect(await who(await issuer.sign(), own)).toBe("INTERNAL_SERVER_ERROR");
    expect(lines.join()).toContain(`a viewer that createViewer has made, but returned ${came}.`);
  });

  test("is made by context alone, where the server says so", async () => {
    await using own = await service.serve({
      signIn: "context",
      context: ({ headers: { "x-user": sub } }) => ({
        viewer: typeof sub === "string" ? createViewer({ claims: { sub }, scopes: [] }) : undefined,
      }),
    });
    const me = async (headers: object) =>
      JSON.parse((await post("{ me }", { headers: { ...headers }, at: own })).text);
    expect(await me({ "x-user": "cay" })).toEqual({ data: { me: "cay" } });
    expect(await me({})).toEqual({ data: { me: null } });
    await expect(service.serve({ signIn: "context" })).rejects.toThrow("there is no context");
  });
});

describe("an issuer", () => {
  test("may change its keys: new ones are read when a token needs them, old ones are forgotten", async () => {
    await using other = await startIssuer();
    await using own = await service.serve({ signIn: other.signIn });
    const old = await other.sign();
    expect(await who(old, own)).toBe("ann");
    await other.rotate();
    const renewed = await other.sign({ sub: "bob" });
    await eventually(async () => expect(await who(renewed, own)).toBe("bob"));
    expect(await who(await other.sign({ sub: "cay" }), own)).toBe("cay");
    // Remembered, but not verified anew.
    expect(await who(old, own)).toBe("ann");
  });

  test("is asked rarely, however many tokens name keys that it does not have", async () => {
    await using other = await startIssuer();
    await using own = await service.serve({ signIn: other.signIn });
    expect(await who(await other.sign(), own)).toBe("ann");
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, kid) => other.sign({}, { kid: String(kid) })),
    );
    for (const token of tokens) expect(await who(token, own)).toBe("UNAUTHENTICATED");
    expect(other.asked).toBeLessThanOrEqual(3);
  });

  test.each(["failure", "html", "silence"] as const)(
    "may fail by %s: known keys stay, others are UNAVAILABLE, and that is logged once",
    async (failure) => {
      await using other = await startIssuer();
      const log: string[] = [];
      await using own = await service.serve({
        signIn: other.signIn,
        // Until the set may be read again, a token with an unknown key is refused.
        log: (line) => void (line.startsWith("Refused a token: ") || log.push(line)),
      });
      expect(await who(await other.sign(), own)).toBe("ann");
      other.meets = failure;
      await eventually(async () => {
        const token = await other.sign({}, { kid: "new" });
        const received = await post("{ me }", { headers: bearer(token), at: own });
        expect(received.status).toBe(503);
        expect(codesIn(received)).toEqual(["UNAVAILABLE"]);
        expect(await refusal(bearer(token), own)).toMatch(/^1013 The keys to verify the token/);
      });
      expect(await who(await other.sign({ sub: "bob" }), own)).toBe("bob");
      expect(log).toHaveLength(1);
      expect(log[0]).toMatch(/^The keys for sign-in cannot be read from http:\/\/127/);
      expect(log[0]).toMatch(/\. Tokens with keys that are known are still accepted\.$/);
      other.meets = "keys";
      await other.rotate();
      const renewed = await other.sign({ sub: "cay" });
      await eventually(async () => expect(await who(renewed, own)).toBe("cay"));
      expect(log[1]).toMatch(/ are read from .* again\.$/);
    },
  );

  test("may be down when the server starts", async () => {
    await using other = await startIssuer();
    other.meets = "failure";
    const log: string[] = [];
    await using own = await service.serve({ signIn: other.signIn, log: (line) => log.push(line) });
    const token = await other.sign();
    expect(await who(token, own)).toBe("UNAVAILABLE");
    expect(log).toHaveLength(1);
    expect(log[0]).toMatch(/: the answer has status 500\. Nobody can sign in until they can\.$/);
    other.meets = "keys";
    await eventually(async () => expect(await who(token, own)).toBe("ann"));
  });

  test("is not believed with a key that is not public", async () => {
    await using other = await startIssuer();
    other.meets = "private keys";
    const log: string[] = [];
    await using own = await service.serve({ signIn: other.signIn, log: (line) => log.push(line) });
    expect(await who(await other.sign(), own)).toBe("UNAUTHENTICATED");
    expect(log[0]).toMatch(/are not all public/);
  });

  test("is believed by its other keys if some cannot be used, which is logged once", async () => {
    await using other = await startIssuer();
    other.meets = "unusable keys";
    const log: string[] = [];
    await using own = await service.serve({ signIn: other.signIn, log: (line) => log.push(line) });
    expect(await who(await other.sign(), own)).toBe("ann");
    for (const header of [
      { alg: "RS256", kid: "weak" },
      { alg: "RS256", kid: "broken" },
      { alg: "ES256", kid: "off the curve" },
      { alg: "RS256" },
    ]) {
      const forged = `${part(header)}.${part(claims())}.${part("signature")}`;
      expect([header, await who(forged, own)]).toEqual([header, "UNAUTHENTICATED"]);
    }
    expect(log).toEqual([
      expect.stringContaining("at least 2048 bits, but has 1024"),
      'Refused a token: there is no key with kid "weak" for algorithm "RS256".',
    ]);
  });
});

describe("a token that expires", () => {
  /** A server that accepts tokens for their time only, and a token for the next one or two seconds. */
  async function soon(options: Partial<ServerOptions> = {}) {
    const own = await service.serve({
      signIn: { ...issuer.signIn, clockTolerance: 0 },
      ...options,
    });
    const exp = inSeconds(2);
    return {
      own,
      token: await issuer.sign({ exp }),
      expired: () => sleep(exp * 1000 - Date.now() + 1),
      [Symbol.asyncDispose]: () => own.close(),
    };
  }

  test("closes its WebSocket with 4403", async () => {
    await using short = await soon();
    expect(await refusal(bearer(short.token), short.own)).toBe(
      "4403 TOKEN_EXPIRED: The token has expired.",
    );
  });

  test("gets no event of a subscription any more", async () => {
    await using short = await soon();
    const { own } = short;
    const name = randomUUID();
    const lasting = { headers: bearer(await issuer.sign()), at: own };
    await post(`mutation { createBoard(input: { name: "${name}" }) { __typename } }`, lasting);
    const pin = () =>
      post(`mutation { addPins(name: "${name}", delta: 1) { __typename } }`, lasting);
    using socket = await init(bearer(short.token), { at: own });
    await socket.next();
    const query = `subscription { boardChanged(name: "${name}") { board { pins } } }`;
    socket.send({ type: "subscribe", id: "1", payload: { query } });
    const pins = async () => (await socket.next()).payload.data.boardChanged.board.pins;
    expect(await pins()).toBe(0);
    await pin();
    expect(await pins()).toBe(1);
    await short.expired();
    await pin();
    await expect(socket.next()).rejects.toThrow("The socket was closed with 4403.");
  });

  test("lets what is in flight on a WebSocket be answered, and nothing new begin", async () => {
    await using short = await soon();
    using socket = await init(bearer(short.token), { at: short.own });
    await socket.next();
    const by = randomUUID();
    socket.send({ type: "subscribe", id: "1", payload: { query: `{ held(by: "${by}") }` } });
    const release = await eventually(() => {
      expect(held.has(by)).toBe(true);
      return held.get(by)!;
    });
    await short.expired();
    socket.send({ type: "subscribe", id: "2", payload: { query: "{ me }" } });
    const refused = await socket.next();
    expect([refused.type, refused.id]).toEqual(["error", "2"]);
    expect(refused.payload[0].extensions.code).toBe("TOKEN_EXPIRED");
    release();
    expect((await socket.next()).payload.data).toEqual({ held: by });
    expect(await socket.closed).toBe(4403);
  });

  test("ends its event stream with the error", async () => {
    await using short = await soon();
    const received = await send(short.own.url, {
      headers: { ...json, ...bearer(short.token), accept: "text/event-stream" },
      body: '{"query":"subscription { ticks }"}',
    });
    expect(received.text).toContain('data: {"data":{"ticks":1}}');
    const error = { message: "The token has expired.", extensions: { code: "TOKEN_EXPIRED" } };
    const end = `event: next\ndata: ${JSON.stringify({ errors: [error] })}\n\nevent: complete\ndata:\n\n`;
    expect(received.text.endsWith(end)).toBe(true);
  });

  test("while an operation waits for its turn is refused then, on both transports", async () => {
    await using short = await soon({ limits: { pointsInFlight: 1, pointsInFlightPerCaller: 1 } });
    const { own } = short;
    const headers = bearer(short.token);
    using socket = await init(headers, { at: own });
    await socket.next();
    const first = post("{ slow(milliseconds: 2500) }", { headers, at: own });
    await sleep(200);
    socket.send({ type: "subscribe", id: "1", payload: { query: "{ me }" } });
    const second = await post("{ me }", { headers, at: own });
    expect(second.status).toBe(401);
    expect(second.headers["www-authenticate"]).toMatch(/^Bearer error="invalid_token"/);
    expect(codesIn(second)).toEqual(["TOKEN_EXPIRED"]);
    expect((await first).status).toBe(200);
    const { payload } = await socket.next().catch(() => ({ payload: undefined }));
    // The socket may have been closed before.
    if (payload) expect(payload.errors[0].extensions.code).toBe("TOKEN_EXPIRED");
  });
});

describe("a flood", () => {
  const limits = { pointsPerSecond: 50 };
  const from = (address: string) => ({ "x-forwarded-for": address });

  /** Sends as many requests at once as a caller may not, and returns the statuses. */
  async function flood(at: Server, headers: Readonly<Record<string, string>>) {
    const agent = new Agent({ keepAlive: true, maxSockets: 400 });
    const body = '{"query":"{ me }"}';
    const all = Array.from({ length: 400 }, () =>
      send(at.url, { headers: { ...json, ...headers }, body }, agent),
    );
    const statuses = new Set((await Promise.all(all)).map(({ status }) => status));
    agent.destroy();
    return statuses;
  }

  test("of bad tokens is paid by its address, and disturbs neither others nor who has signed in there", async () => {
    await using own = await service.serve({ limits });
    const token = await issuer.sign();
    expect(await who(token, own)).toBe("ann");
    const bad = { ...bearer(`${part({ alg: "ES256" })}.${part({})}.eA`), ...from("192.0.2.1") };
    const flooding = flood(own, bad);
    await sleep(300);
    const answered = async (headers: Readonly<Record<string, string>>) =>
      (await post("{ me }", { headers, at: own })).status;
    expect(await answered({ ...bearer(token), ...from("192.0.2.1") })).toBe(200);
    const bob = bearer(await issuer.sign({ sub: "bob" }));
    expect(await answered({ ...bob, ...from("192.0.2.2") })).toBe(200);
    expect(await flooding).toContain(401);
    // Out of points, or too many of it in flight.
    for (const status of await flooding) expect([401, 429, 503]).toContain(status);
  });

  test("of somebody who has signed in does not disturb others at the same address", async () => {
    await using own = await service.serve({ limits });
    const [ann, bob] = [await issuer.sign(), await issuer.sign({ sub: "bob" })];
    const flooding = flood(own, bearer(bob));
    await sleep(300);
    expect(await who(ann, own)).toBe("ann");
    expect(await who(await issuer.sign({ sub: "cay" }), own)).toBe("cay");
    for (const status of await flooding) expect([200, 429, 503]).toContain(status);
    expect((await flooding).size).toBeGreaterThan(1);
  });
});
