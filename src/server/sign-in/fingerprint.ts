import { hash } from "node:crypto";
import type { Viewer } from "../../pothos/index.ts";
import { sortedJson } from "../../support/sorted-json.ts";

/** The claims that differ between two tokens of one caller (RFC 7519, 4.1). */
const ofToken: ReadonlySet<string> = new Set(["exp", "iat", "nbf", "jti"]);

const fingerprints = new WeakMap<Viewer, string>();

/**
 * Returns a text that is equal for two viewers if nothing can tell them apart but the times and ids of their tokens: they
 * have the same issuer, `sub`, scopes, and all other claims.
 */
export function fingerprintOf(viewer: Viewer): string {
  let fingerprint = fingerprints.get(viewer);
  if (fingerprint === undefined) {
    fingerprint = fingerprintFrom(viewer);
    fingerprints.set(viewer, fingerprint);
  }
  return fingerprint;
}

function fingerprintFrom({ isSignedIn, claims, scopes }: Viewer): string {
  const lasting = Object.entries(claims).filter(([name]) => !ofToken.has(name));
  return hash("sha256", sortedJson([isSignedIn, Object.fromEntries(lasting), scopes]), "base64url");
}

/** Returns the name under which limits of somebody who has signed in are counted. It is no address, which has no space. */
export function callerOf({ claims, id }: Viewer): string {
  return `viewer ${JSON.stringify([claims["iss"] ?? null, id])}`;
}
