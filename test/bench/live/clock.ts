/** Returns milliseconds of the system's monotonic clock. On Linux, all processes share it. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}
