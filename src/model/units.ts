/** A number that carries its unit in the type. */
type Branded<Base, Unit extends string> = Base & { readonly unit?: Unit };

/** Time since the first packet of the capture, or a duration. Integers; exact up to 104 days (2^53 ns). */
export type Nanoseconds = Branded<number, 'ns'>;

/** A size or a position, in octets. */
export type Bytes = Branded<number, 'octets'>;

/** A packet's number as people see it: the first packet of the capture is 1; 0 means "no packet". */
export type PacketNumber = Branded<number, 'packet number'>;

/** Row of the flows table, from 0. */
export type FlowRow = Branded<number, 'flow row'>;

/** Row of the exchanges table, from 0. */
export type ExchangeRow = Branded<number, 'exchange row'>;

/** Row of the ClientHello table, from 0. */
export type HelloRow = Branded<number, 'hello row'>;
