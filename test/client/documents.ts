import type { DocumentText } from "../../src/client/index.ts";

// Documents of the theatre, typed as generated ones are.

export type Key = { theatre: string; id: string };

export type Seat = {
  readonly theatre: string;
  readonly id: string;
  readonly name: string;
  readonly taken: number;
};

export type TakenChanged = {
  readonly __typename: "TakenChanged";
  readonly id: string;
  readonly taken: number;
  readonly asOf: string | null;
};

type Refused<Name> = { readonly __typename: Name; readonly message: string };

export const seatQuery = `query Seat($theatre: String!, $id: UUID!) {
  seat(theatre: $theatre, id: $id) { theatre id name taken }
}` as DocumentText<{ readonly seat: Seat | null }, Key>;

export const seatsQuery = `query Seats($theatre: String!) {
  seatsInTheatre(theatre: $theatre, first: 100) { nodes { theatre id name taken } }
}` as DocumentText<
  { readonly seatsInTheatre: { readonly nodes: readonly Seat[] } },
  { theatre: string }
>;

export const createSeat = `mutation CreateSeat($input: CreateSeatInput!) {
  createSeat(input: $input) {
    __typename
    ... on SeatCreated { seat { theatre id name taken } }
    ... on SeatExists { message seat { theatre id name taken } }
    ... on Refusal { message }
  }
}` as DocumentText<
  {
    readonly createSeat:
      | { readonly __typename: "SeatCreated"; readonly seat: Seat }
      | { readonly __typename: "SeatExists"; readonly message: string; readonly seat: Seat }
      | Refused<"InvalidInput" | "OutcomeUnknown">
      | null;
  },
  { input: { theatre: string; name: string; id?: string | null; taken?: number } }
>;

export const addTaken =
  `mutation AddTaken($theatre: String!, $id: UUID!, $delta: Int!, $operationId: UUID) {
  addTaken(theatre: $theatre, id: $id, delta: $delta, operationId: $operationId) {
    __typename
    ... on TakenChanged { id taken asOf }
    ... on Refusal { message }
  }
}` as DocumentText<
    {
      readonly addTaken:
        | TakenChanged
        | Refused<"TakenOutOfRange" | "SeatNotFound" | "OutcomeUnknown">
        | null;
    },
    Key & { delta: number; operationId?: string | null }
  >;

/** Without `$operationId`: it is sent once. */
export const addTakenOnce = `mutation AddTakenOnce($theatre: String!, $id: UUID!, $delta: Int!) {
  addTaken(theatre: $theatre, id: $id, delta: $delta) { __typename ... on TakenChanged { taken } }
}` as DocumentText<
  { readonly addTaken: { readonly __typename: string; readonly taken?: number } | null },
  Key & { delta: number }
>;

export const deleteSeat = `mutation DeleteSeat($theatre: String!, $id: UUID!) {
  deleteSeat(theatre: $theatre, id: $id) { __typename }
}` as DocumentText<{ readonly deleteSeat: { readonly __typename: string } | null }, Key>;

export const updateSeat =
  `mutation UpdateSeat($theatre: String!, $id: UUID!, $input: UpdateSeatInput!) {
  updateSeat(theatre: $theatre, id: $id, input: $input) { __typename }
}` as DocumentText<
    { readonly updateSeat: { readonly __typename: string } | null },
    Key & { input: { name?: string } }
  >;

export const takenChanged =
  `subscription TakenChanged($theatre: String!, $id: UUID!, $since: WriteTime) {
  takenChanged(theatre: $theatre, id: $id, since: $since) { __typename id taken asOf }
}` as DocumentText<{ readonly takenChanged: TakenChanged }, Key & { since?: string | null }>;

/** Without `$since`: each connection begins with the present value. */
export const takenNow = `subscription TakenNow($theatre: String!, $id: UUID!) {
  takenChanged(theatre: $theatre, id: $id) { taken }
}` as DocumentText<{ readonly takenChanged: { readonly taken: number } }, Key>;

export type SeatsChanged =
  | { readonly __typename: "SeatCreated" | "SeatUpdated"; readonly seat: Seat }
  | { readonly __typename: "TakenChanged"; readonly id: string; readonly taken: number }
  | { readonly __typename: "SeatDeleted"; readonly theatre: string; readonly id: string }
  | { readonly __typename: "SeatsReset"; readonly theatre: string };

export const seatsChanged = `subscription SeatsChanged($theatre: String!) {
  seatsChanged(theatre: $theatre) {
    __typename
    ... on SeatCreated { seat { theatre id name taken } }
    ... on SeatUpdated { seat { theatre id name taken } }
    ... on TakenChanged { id taken }
    ... on SeatDeleted { theatre id }
    ... on SeatsReset { theatre }
  }
}` as DocumentText<{ readonly seatsChanged: SeatsChanged }, { theatre: string }>;

export type LampChanged = {
  readonly lamp: { readonly colour: string | null; readonly level: number | null };
  readonly asOf: string | null;
};

export const lampChanged =
  `subscription LampChanged($theatre: String!, $number: Int!, $since: WriteTime) {
  lampChanged(theatre: $theatre, number: $number, since: $since) {
    lamp { colour level }
    asOf
  }
}` as DocumentText<
    { readonly lampChanged: LampChanged },
    { theatre: string; number: number; since?: string | null }
  >;

export const putLamp = `mutation PutLamp($theatre: String!, $number: Int!, $row: LampInput!) {
  putLamp(theatre: $theatre, number: $number, row: $row) { __typename }
}` as DocumentText<
  { readonly putLamp: { readonly __typename: string } | null },
  { theatre: string; number: number; row: { colour?: string | null; level?: number } }
>;
