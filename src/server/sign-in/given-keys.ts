import { createPublicKey, type JsonWebKey, KeyObject } from "node:crypto";
import { messageOf } from "../../support/message.ts";

/** A set of public keys (JWKS, RFC 7517). */
export interface PublicKeySet {
  readonly keys: readonly JsonWebKey[];
}

/** The algorithms of tokens that fit keys. */
interface Fitting {
  readonly possible: readonly string[];
  readonly standard: readonly string[];
}

/** The algorithms of a shared secret, and how many bytes it must have at least (RFC 7518, 3.2). */
const secretAlgorithms: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

const rsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] as const;

/** By the name of the curve. */
const curveAlgorithms: Readonly<Record<string, string>> = {
  prime256v1: "ES256",
  secp384r1: "ES384",
  secp521r1: "ES512",
};

const edwardsAlgorithms = ["EdDSA", "Ed25519"] as const;

const publicAlgorithms = [
  ...rsaAlgorithms,
  ...Object.values(curveAlgorithms),
  ...edwardsAlgorithms,
];

/** Below this many bits, an RSA key counts as broken (RFC 7518, 3.3). */
const RSA_BITS = 2048;

/**
 * Checks what tokens are verified by, and returns the algorithms that fit it. A secret fits none of a public key, else
 * somebody could sign with the public key as the secret.
 *
 * @throws TypeError with a message that repeats no key
 */
export function requireKeys(keys: unknown): Fitting {
  if (keys instanceof URL) {
    requireAddress(keys);
    return { possible: publicAlgorithms, standard: publicAlgorithms };
  }
  if (keys instanceof KeyObject) return keys.type === "secret" ? ofSecret(keys) : ofKey(keys);
  requireSet(keys);
  return { possible: publicAlgorithms, standard: publicAlgorithms };
}

function requireAddress({ protocol, hostname, username, password }: URL): void {
  const isLocal = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLocal)) {
    throw new TypeError(
      "The address of a key set must begin with https://, or be on this machine: else somebody could replace the keys on their way.",
    );
  }
  if (username !== "" || password !== "")
    throw new TypeError("The address of a key set must have no login: the keys in it are public.");
}

function ofSecret(secret: KeyObject): Fitting {
  const bytes = secret.symmetricKeySize ?? 0;
  const possible = Object.keys(secretAlgorithms).filter((name) => secretAlgorithms[name]! <= bytes);
  if (possible.length > 0) return { possible, standard: ["HS256"] };
  throw new TypeError(`The secret of a sign-in must have at least 32 bytes, but has ${bytes}.`);
}

function ofKey(key: KeyObject): Fitting {
  if (key.type !== "public") {
    throw new TypeError(
      "A sign-in needs the public key of its issuer, but it was given a private key, which only the issuer may have.",
    );
  }
  const possible = fittingKey(key);
  return { possible, standard: possible };
}

function fittingKey({
  asymmetricKeyType,
  asymmetricKeyDetails = {},
}: KeyObject): readonly string[] {
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails;
  if (asymmetricKeyType === "rsa") {
    if (modulusLength >= RSA_BITS) return rsaAlgorithms;
    throw new TypeError(
      `An RSA key of a sign-in must have at least ${RSA_BITS} bits, but has ${modulusLength}.`,
    );
  }
  const ofCurve = curveAlgorithms[namedCurve];
  if (asymmetricKeyType === "ec" && ofCurve !== undefined) return [ofCurve];
  if (asymmetricKeyType === "ed25519") return edwardsAlgorithms;
  const came = namedCurve === "" ? asymmetricKeyType : `${asymmetricKeyType} on ${namedCurve}`;
  throw new TypeError(
    `A key of a sign-in must be RSA, EC on P-256, P-384 or P-521, or Ed25519, but is ${came}.`,
  );
}

/** Whether a key of a set is secret, or has its private part. */
export function isPrivateJwk(key: unknown): boolean {
  const isObject = typeof key === "object" && key !== null;
  return isObject && ("d" in key || "k" in key || "priv" in key);
}

/** Whether a value has the shape of a key set. */
export function isKeySet(value: unknown): value is PublicKeySet {
  if (typeof value !== "object" || value === null || !("keys" in value)) return false;
  const { keys } = value;
  return Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null);
}

function requireSet(value: unknown): void {
  if (!isKeySet(value) || value.keys.length === 0) {
    throw new TypeError(
      "signIn.keys must be the address of a key set (a URL), a key set with at least one key, or a key (a KeyObject of node:crypto).",
    );
  }
  for (const [at, key] of value.keys.entries()) {
    if (isPrivateJwk(key)) {
      throw new TypeError(
        `A key set of a sign-in must have public keys only, but keys[${at}] is secret.`,
      );
    }
    fittingKey(publicKeyOf(key, at));
  }
}

/** Returns why no token can be verified by a key of a set; undefined if some can. The text repeats no key. */
export function problemOfJwk(key: JsonWebKey, at: number): string | undefined {
  try {
    fittingKey(publicKeyOf(key, at));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function publicKeyOf(key: JsonWebKey, at: number): KeyObject {
  try {
    return createPublicKey({ key, format: "jwk" });
  } catch {
    // Its message may repeat a part of the key.
    throw new TypeError(`keys[${at}] of a sign-in's key set is no public key of a known kind.`);
  }
}
