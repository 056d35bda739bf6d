import { isExpressible, isShort, MAX_BIGINT_DIGITS } from "../scalars.ts";
import { type FormOfKind, scalarForm } from "./form.ts";

const intForm = scalarForm("Int");
const bigIntForm = scalarForm("BigInt");
const stringForm = scalarForm("String");
const uuidForm = scalarForm("UUID");
const floatForm = scalarForm<number>("Float", {
  shows: Number.isFinite,
  expects: "a finite number",
  isPartial: true,
});

/** The forms of the kinds without parts. */
export const simpleForms: Readonly<Record<string, FormOfKind>> = {
  ascii: stringForm,
  bigint: bigIntForm,
  blob: scalarForm("Base64"),
  boolean: scalarForm("Boolean"),
  counter: bigIntForm,
  date: scalarForm("Date"),
  decimal: scalarForm("Decimal"),
  double: floatForm,
  duration: scalarForm("Duration"),
  float: floatForm,
  inet: scalarForm("Inet"),
  int: intForm,
  smallint: intForm,
  text: stringForm,
  time: scalarForm("Time"),
  timestamp: scalarForm<Date>("DateTime", {
    shows: isExpressible,
    expects: "a date and time in the years 0 to 9999",
  }),
  timeuuid: uuidForm,
  tinyint: intForm,
  uuid: uuidForm,
  varint: scalarForm<bigint>("BigInt", {
    shows: isShort,
    expects: `a whole number of at most ${MAX_BIGINT_DIGITS} digits`,
  }),
};
