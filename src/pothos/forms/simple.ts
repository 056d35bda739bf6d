import { isExpressible, isShort, MOST_DIGITS } from "../scalars.ts";
import { type FormOfKind, scalarForm } from "./form.ts";

const whole = scalarForm("Int");
const large = scalarForm("BigInt");
const text = scalarForm("String");
const uuid = scalarForm("UUID");
const float = scalarForm<number>("Float", {
  shows: Number.isFinite,
  expects: "a finite number",
  isPartial: true,
});

/** The forms of the kinds that are not made of others. */
export const simpleForms: Readonly<Record<string, FormOfKind>> = {
  ascii: text,
  bigint: large,
  blob: scalarForm("Base64"),
  boolean: scalarForm("Boolean"),
  counter: large,
  date: scalarForm("Date"),
  decimal: scalarForm("Decimal"),
  double: float,
  duration: scalarForm("Duration"),
  float,
  inet: scalarForm("Inet"),
  int: whole,
  smallint: whole,
  text,
  time: scalarForm("Time"),
  timestamp: scalarForm<Date>("DateTime", {
    shows: isExpressible,
    expects: "a date and time of the years 0 to 9999",
  }),
  timeuuid: uuid,
  tinyint: whole,
  uuid,
  varint: scalarForm<bigint>("BigInt", {
    shows: isShort,
    expects: `a whole number of at most ${MOST_DIGITS} digits`,
  }),
};
