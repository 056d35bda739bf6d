import { type GivenToken, requestToken } from "./token.ts";

/** The tokens with which the connections of a socket are opened, one after the other. */
export interface ConnectionTokens {
  /**
   * Returns the token for a connection: one that was asked for and not used, else a new one. Fails like
   * {@link requestToken}.
   *
   * @param isCurrent whether the connection is still being opened; if not, the token is for the next one
   */
  take(isCurrent: () => boolean): Promise<string>;
  /** Asks for a token for the next connection. Returns whether there is another one than the last. Never fails. */
  prepare(): Promise<boolean>;
  /** Drops a token that was not used: it may be as old as one that has expired. */
  drop(): void;
}

/** Creates the tokens. However slow the function is, it is asked for one at a time. */
export function createConnectionTokens(given: GivenToken): ConnectionTokens {
  let asked: Promise<string> | undefined;
  let last: string | undefined;
  const drop = () => {
    asked = undefined;
  };
  return {
    async take(isCurrent) {
      try {
        last = await (asked ??= requestToken(given));
        if (isCurrent()) drop();
        return last;
      } catch (error) {
        drop();
        throw error;
      }
    },
    async prepare() {
      const next = await requestToken(given).catch(() => last);
      if (next === undefined || next === last) return false;
      asked = Promise.resolve(next);
      return true;
    },
    drop,
  };
}
