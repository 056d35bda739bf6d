/** Two answers to one operation, as texts. */
export interface Answers {
  /** By graphql-js. */
  readonly expected: string;
  readonly actual: string;
}

/** Whether two answers are the same but for the order of their errors, which depends on what was read first. */
export function isSame({ expected, actual }: Answers): boolean {
  return expected === actual || ordered(expected) === ordered(actual);
}

/** Returns an answer whose errors are in a certain order. Each line of it that has JSON has nothing behind it. */
function ordered(answer: string): string {
  return answer
    .split("\n")
    .map((line) => line.replace(/\{.*$/, orderedJson))
    .join("\n");
}

function orderedJson(json: string): string {
  try {
    const { errors, ...others } = JSON.parse(json) as { readonly errors?: readonly unknown[] };
    if (!errors) return json;
    return JSON.stringify({
      errors: errors.map((error) => JSON.stringify(error)).toSorted(),
      ...others,
    });
  } catch {
    return json;
  }
}
