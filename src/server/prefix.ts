/** Checks the prefix of all paths. @throws TypeError if it is none */
export function requirePrefix(path: string): void {
  if (path === "" || /^(\/(?!\.\.?(\/|$))[\w.~-]+)+$/.test(path)) return;
  const expected =
    'start with "/", not end with one, and have letters, digits and -._~ between, but no "." or ".." alone';
  throw new TypeError(`path must ${expected}, e.g. "/api", but is ${JSON.stringify(path)}.`);
}
