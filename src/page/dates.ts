const longFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const shortFormat = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "numeric",
  minute: "2-digit",
});

/** Shows a date in the user's language and time zone; its `datetime` attribute keeps the API's form. */
export function showDate(element: HTMLTimeElement, date: string, style: "long" | "short"): void {
  element.dateTime = date;
  element.textContent = (style === "long" ? longFormat : shortFormat).format(new Date(date));
}

/** Returns the value of an `<input type="datetime-local">` for a date: in the user's time zone, to the minute. */
export function toInput(date: Date): string {
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().replace(/^\+0*/, "").slice(0, -":00.000Z".length);
}

/** Returns the date of such an input's value; undefined if it is empty. */
export function fromInput(value: string): Date | undefined {
  return value === "" ? undefined : new Date(value);
}

/** Returns the date that the form for a new party starts with: the next 21:00. */
export function nextEvening(now = new Date()): Date {
  const evening = new Date(now);
  evening.setHours(21, 0, 0, 0);
  if (evening <= now) evening.setDate(evening.getDate() + 1);
  return evening;
}
