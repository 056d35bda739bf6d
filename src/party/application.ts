// The application that the command `partyfinder` serves.

export { sampleOperations as operations, seedParties as seed } from "./sample.ts";
export { schema } from "./schema.ts";
export { tables } from "./table.ts";

export const title = "Partyfinder";

export const page = new URL("../page/", import.meta.url);
