import "./party.ts";
import "./mutation.ts";
import "./subscription.ts";

export { backfill, type BackfillProgress } from "./backfill.ts";
export { type Party, PartyTable, tables } from "./table.ts";
