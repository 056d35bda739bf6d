import type { Target } from "../case.ts";
import { writeBody, writeOperation } from "../document.ts";
import { post } from "./post.ts";

/** Documents by the grammar and the schema. */
export const documents: Target = {
  name: "documents",
  attempt: (choices) => post(choices, writeBody(writeOperation(choices))),
};
