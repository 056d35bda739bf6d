// The application that the command `partyfinder` serves.

import type { Services } from "../server/index.ts";

export { sampleOperations as operations, seedParties as seed } from "./sample.ts";
export { schema } from "./schema.ts";
export { tables } from "./table.ts";

export const title = "Partyfinder";

/** Callers see the same if they have the same scopes: nothing belongs to one of them. */
export const audience = ({ viewer }: Services): string => viewer.scopes.join(" ");

export const page = new URL("../page/", import.meta.url);
