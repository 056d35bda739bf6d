export { type Order, type OrderName, orderOf, type OrderOf, ordersOf } from "../cassandra/index.ts";
export { type Admit, admitted, loadAdmitted } from "./admitted.ts";
export { type BackfillOptions, backfillOrder, type BackfillProgress } from "./backfill.ts";
export * as ordered from "./ordered.ts";
export type { ChangesOf, OrderedOptions, Place, Updated } from "./ordered.ts";
export { type OrderPage, type OrderReadOptions, readOrder } from "./read.ts";
