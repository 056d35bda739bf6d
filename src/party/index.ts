import "./party.ts";
import "./mutation.ts";
import "./subscription.ts";

export { admit } from "./shown.ts";
export { type Party, PartyTable, tables } from "./table.ts";
