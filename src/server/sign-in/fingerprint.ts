import { hash } from "node:crypto";
import type { Claims, Viewer } from "../../pothos/index.ts";
import { sortedJson } from "../../support/sorted-json.ts";

/** The claims that differ between two tokens of one caller (RFC 7519, 4.1). */
const ofToken: ReadonlySet<string> = new Set(["exp", "iat", "nbf", "jti"]);

/** Returns a text that is equal for two viewers if nothing can tell them apart: they have the same claims and scopes. */
export const viewerFingerprint = fingerprintBy(({ claims }) => claims);

/** Returns a text that is equal for two viewers if nothing can tell them apart but the times and ids of their tokens. */
export const callerFingerprint = fingerprintBy(({ claims }) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !ofToken.has(name))),
);

function fingerprintBy(claimsOf: (viewer: Viewer) => Claims): (viewer: Viewer) => string {
  const known = new WeakMap<Viewer, string>();
  return (viewer) => {
    let fingerprint = known.get(viewer);
    if (fingerprint === undefined) {
      const { isSignedIn, scopes } = viewer;
      const json = sortedJson([isSignedIn, claimsOf(viewer), scopes]);
      known.set(viewer, (fingerprint = hash("sha256", json, "base64url")));
    }
    return fingerprint;
  };
}

/** Returns the name under which limits of somebody who has signed in are counted. It is no address, which has no space. */
export function callerOf({ claims, id }: Viewer): string {
  return `viewer ${JSON.stringify([claims["iss"] ?? null, id])}`;
}
