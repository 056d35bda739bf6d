/** Milliseconds on the system's monotonic clock: on Linux it is the same one in all processes. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
