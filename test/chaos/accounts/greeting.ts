/** What a server of accounts prints when it is up. */
export const GREETING = "The accounts are up.";
