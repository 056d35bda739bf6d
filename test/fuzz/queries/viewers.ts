import { createStranger, createViewer } from "../../../src/pothos/index.ts";

const signedIn = (sub: string, scopes: readonly string[], more: object = {}) =>
  createViewer({ claims: { sub, ...more }, scopes });

/** Who executes queries: everybody sees something else. */
export const viewers = {
  chief: signedIn("ann", ["deposit:admin", "deposit:read", "audit", "members", "admin"], {
    staff: true,
  }),
  reader: signedIn("ann", ["deposit:read"]),
  member: signedIn("bob", ["members", "audit"]),
  stranger: createStranger({ scopes: [] }),
} as const;

export type ViewerName = keyof typeof viewers;

/** The first one sees most, and executes most queries. */
export const viewerNames: readonly ViewerName[] = [
  "chief",
  "chief",
  "chief",
  "reader",
  "reader",
  "member",
  "stranger",
];
