import { builder } from "./builder.ts";
import "./party/index.ts";

/** The executable schema, in the order in which it is written. */
export const schema = builder.toSchema({ sortSchema: false });
