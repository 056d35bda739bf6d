const long = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const short = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

/** Shows a date in the person's language and time zone, and as it came to programs. */
export function showDate(element: HTMLTimeElement, date: string, style: "long" | "short"): void {
  element.dateTime = date;
  element.textContent = (style === "long" ? long : short).format(new Date(date));
}

/** A date as `<input type="datetime-local">` has it: in the person's time zone, to the minute. */
export function toInput(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().replace(/^\+0*/, "").slice(0, -":00.000Z".length);
}

/** The date that such an input has; undefined if it is empty. */
export function fromInput(value: string): Date | undefined {
  return value === "" ? undefined : new Date(value);
}

/** An evening to begin with in a form: the next nine o'clock. */
export function nextEvening(now = new Date()): Date {
  const evening = new Date(now);
  evening.setHours(21, 0, 0, 0);
  if (evening <= now) evening.setDate(evening.getDate() + 1);
  return evening;
}
