export { createLanes, type Lanes, type LanesOptions } from "./lanes.ts";
export { laneLimits } from "./limits.ts";
export {
  type Change,
  type Draft,
  fold,
  type FoldOptions,
  type Journal,
  type Judge,
  type Once,
} from "./fold.ts";
export type { RowPlan, Rule, Seen } from "./rule.ts";
