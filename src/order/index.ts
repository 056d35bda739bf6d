export {
  type Admit,
  type Order,
  type OrderName,
  orderOf,
  type OrderOf,
  ordersOf,
} from "../cassandra/index.ts";
export { admitted, type AdmittedOptions, loadAdmitted } from "./admitted.ts";
export { type BackfillOptions, backfillOrder, type BackfillProgress } from "./backfill.ts";
export type { ChangesBy, ChangesOf } from "./changes.ts";
export { createOrdered, type Ordered, type OrderedOptions, type Updated } from "./ordered.ts";
export { type OrderPage, type OrderReadOptions, readOrder } from "./read.ts";
