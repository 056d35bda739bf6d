// What the command serves.

export { sampleOperations as operations, seed } from "./sample.ts";
export { schema } from "./schema.ts";
export { tables } from "./table.ts";

export const title = "Partyfinder";

export const page = new URL("../page/", import.meta.url);
