import { createPublicKey, createSecretKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createViewer, type SignInOptions } from "../../src/server/index.ts";
import { expiryOf } from "../../src/server/sign-in/expiry.ts";
import { checkSignIn } from "../../src/server/sign-in/options.ts";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicJwk = publicKey.export({ format: "jwk" });
const privateJwk = privateKey.export({ format: "jwk" });
const secret = (bytes: number) => createSecretKey(Buffer.alloc(bytes, "s"));
const keys = new URL("https://issuer.test/keys");
const whole = { issuer: "https://issuer.test/", audience: "service", keys };

/** The message with which options are refused. */
function problem(options: object): string | undefined {
  try {
    checkSignIn({ ...whole, ...options } as SignInOptions);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe("a sign-in is refused", () => {
  test.each<readonly [object, string]>([
    [{ anonymos: [] }, 'signIn has "anonymos", but it can only have issuer, audience, keys,'],
    [{ issuer: "" }, "signIn.issuer must be a text that is not empty, but is an empty text."],
    [{ issuer: undefined }, "signIn.issuer must be a text that is not empty, but is undefined."],
    [{ audience: [] }, "signIn.audience must not be an empty list."],
    [{ audience: [""] }, "signIn.audience must be a list of texts that are not empty."],
    [{ audience: undefined }, "signIn.audience must be a list of texts"],
    [{ keys: undefined }, "signIn.keys must be the address of a key set (a URL), a key set"],
    [{ keys: "https://issuer.test/keys" }, "signIn.keys must be the address of a key set (a URL)"],
    [{ keys: { keys: [] } }, "signIn.keys must be the address of a key set (a URL), a key set"],
    [{ keys: new URL("http://issuer.test/keys") }, "must begin with https://, or be on this"],
    [{ keys: new URL("http://127.0.0.1.evil.test/") }, "must begin with https://, or be on this"],
    [{ keys: new URL("file:///keys.json") }, "must begin with https://, or be on this machine"],
    [{ keys: new URL("https://me:it@issuer.test/") }, "must have no login"],
    [{ keys: privateKey }, "needs the public key of its issuer, but it was given a private key"],
    [{ keys: { keys: [publicJwk, privateJwk] } }, "public keys only, but keys[1] is secret."],
    [{ keys: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } }, "but keys[0] is secret."],
    [{ keys: { keys: [{ kty: "EC", crv: "P-256", x: "a", y: "b" }] } }, "keys[0] of a sign-in's"],
    [{ keys: secret(31) }, "must have at least 32 bytes, but has 31."],
    [
      { keys: secret(32), algorithms: ["HS512"] },
      'must be of HS256, which fit the key, but "HS512"',
    ],
    [{ keys: secret(64), algorithms: ["RS256"] }, 'but "RS256" is not.'],
    [
      { keys: publicKey, algorithms: ["HS256"] },
      'must be of ES256, which fit the key, but "HS256"',
    ],
    [{ algorithms: ["HS256"] }, 'which fit the key, but "HS256" is not.'],
    [{ algorithms: ["none"] }, 'which fit the key, but "none" is not.'],
    [{ algorithms: [] }, "which fit the key, but there are none."],
    [{ clockTolerance: -1 }, "a number of seconds from 0 to 300, but is -1."],
    [{ clockTolerance: Number.NaN }, "a number of seconds from 0 to 300, but is NaN."],
    [{ clockTolerance: "5" }, "a number of seconds from 0 to 300, but is string."],
    [{ scopesClaim: "" }, "signIn.scopesClaim must be a text that is not empty"],
    [{ anonymous: "party:read" }, "signIn.anonymous must be a list of texts"],
    [{ anonymous: ["operator"] }, 'signIn.anonymous must not have "operator"'],
  ])("with %j", (options, message) => {
    expect(problem(options)).toContain(message);
  });

  test.each([
    ["of few bits", generateKeyPairSync("rsa", { modulusLength: 1024 }), "2048 bits, but has 1024"],
    [
      "on another curve",
      generateKeyPairSync("ec", { namedCurve: "secp256k1" }),
      "is ec on secp256k1",
    ],
    ["of another kind", generateKeyPairSync("ed448"), "is ed448"],
  ])("with a key %s", (_, pair, message) => {
    expect(problem({ keys: pair.publicKey })).toContain(message);
    expect(problem({ keys: { keys: [pair.publicKey.export({ format: "jwk" })] } })).toBeDefined();
  });

  test("without repeating a key", () => {
    const message = problem({ keys: { keys: [privateJwk] } });
    expect(message).not.toContain(privateJwk.d);
    expect(problem({ keys: createSecretKey(Buffer.from("a short secret")) })).not.toContain(
      "short",
    );
  });
});

test("the algorithms of a sign-in are by default those that fit its key", () => {
  const algorithms = (given: SignInOptions["keys"]) =>
    checkSignIn({ ...whole, keys: given }).algorithms;
  expect(algorithms(publicKey)).toEqual(["ES256"]);
  expect(algorithms(secret(64))).toEqual(["HS256"]);
  expect(algorithms(generateKeyPairSync("ed25519").publicKey)).toEqual(["EdDSA", "Ed25519"]);
  expect(algorithms({ keys: [publicJwk] })).toContain("RS256");
  expect(algorithms(keys)).not.toContain("HS256");
  expect(algorithms(createPublicKey(publicKey.export({ type: "spki", format: "pem" })))).toEqual([
    "ES256",
  ]);
});

describe("a viewer", () => {
  test("cannot be changed, neither by itself nor by what it was made of", () => {
    const given = { claims: { sub: "ann", roles: ["a"] }, scopes: ["b"] };
    const viewer = createViewer(given);
    given.claims.roles.push("root");
    given.scopes.push("root");
    expect(viewer.claims).toEqual({ sub: "ann", roles: ["a"] });
    expect(viewer.may("root")).toBe(false);
    for (const change of [
      () => Object.assign(viewer, { id: "bob" }),
      () => Object.assign(viewer.claims, { sub: "bob" }),
      () => (viewer.claims["roles"] as string[]).push("root"),
      () => (viewer.scopes as string[]).push("root"),
    ])
      expect(change).toThrow(TypeError);
  });

  test.each<readonly [object, string]>([
    [{ claims: {}, scopes: [] }, 'needs a claim "sub"'],
    [{ claims: { sub: 1 }, scopes: [] }, 'needs a claim "sub"'],
    [{ claims: Object.create({ sub: "inherited" }), scopes: [] }, 'needs a claim "sub"'],
    [{ claims: null, scopes: [] }, "must be an object"],
    [{ claims: { sub: "ann" }, scopes: "admin" }, "must be a list of texts"],
  ])("is not made of %j", (given, message) => {
    expect(() => createViewer(given as never)).toThrow(message);
  });

  test("expires by its claim, at a moment that a Date can have", () => {
    const expiry = (exp: unknown) =>
      expiryOf(createViewer({ claims: { sub: "a", exp }, scopes: [] }), 5);
    expect(expiry(1000)).toBe(1_005_000);
    expect(expiry(1e300)).toBe(8.64e15);
    expect(expiry(-1e300)).toBe(0);
    expect(expiry("1000")).toBeUndefined();
    expect(expiry(undefined)).toBeUndefined();
  });
});
