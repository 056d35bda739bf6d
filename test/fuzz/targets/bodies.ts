import { gzipSync } from "node:zlib";
import type { Target } from "../case.ts";
import { writeBody, writeOperation } from "../document.ts";
import { mutateBytes, mutateText, randomBytes } from "../text.ts";
import { writeOddValue } from "../value.ts";
import { ask, post } from "./post.ts";
import { JSON_TYPE, writeRequest } from "./request.ts";

/** Bodies that are no operations, or not quite. */
export const bodies: Target = {
  name: "bodies",
  async attempt(choices) {
    const { random, world } = choices;
    const operation = () => writeBody(writeOperation(choices));
    const odd = () => writeOddValue({ random, notation: "JSON" });
    const body = random.of<() => string | Buffer>([
      () => randomBytes(random, random.of([4, 200, 2000])),
      () => mutateText(operation(), random),
      () => mutateBytes(Buffer.from(operation()), random),
      odd,
      () => `{"query":${odd()},"variables":${odd()}}`,
      () => `{"query":"{ __typename }","variables":${odd()},"extensions":${odd()}}`,
      () =>
        `{"query":"{ __typename }",${JSON.stringify(random.of(["id", "__proto__", ""]))}:${odd()}}`,
      () => `[${operation()},${operation()}]`,
      () => operation().padEnd(random.of([102_399, 102_400, 102_401, 300_000])),
      () => "[".repeat(random.of([1000, 50_000])),
    ])();
    if (!random.chance(0.2)) return post(choices, body);
    const zipped = gzipSync(random.chance(0.1) ? "0".repeat(20_000_000) : body);
    const sent = random.chance(0.5) ? mutateBytes(zipped, random) : zipped;
    const headers = [JSON_TYPE, "Content-Encoding: gzip"];
    return ask([writeRequest(world, { headers, body: sent })], { world, shown: sent });
  },
};
