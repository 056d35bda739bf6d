import { type PartyData, partyData } from "../parties.ts";

/** The only city. It has one party more than a page. */
export const STUB_CITY = "Stub";

interface StubParty extends PartyData {
  readonly id: string;
}

/** All parties, in the order of their keys. */
export const stubParties: readonly StubParty[] = Array.from({ length: 21 }, (_, number) => ({
  id: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
  ...partyData(number),
}));
