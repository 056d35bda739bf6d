export { createLanes, type Lanes, type LanesOptions } from "./lanes.ts";
export { laneLimits } from "./limits.ts";
export type { RowPlan, Rule, Seen } from "./rule.ts";
