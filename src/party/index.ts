export { type Party, PartyTable, tables } from "./table.ts";
