import type { Bytes, PacketNumber } from './units.ts';

/** An interface as it is shown. What the file does not tell is undefined; counts are those of its last statistics block. */
export interface InterfaceItem {
  readonly name: string;
  readonly linkType: string;
  readonly snapLength: number;
  readonly packets: number;
  /** Packets lost, by the statistics or by what packets tell of the ones before them, whichever is more. */
  readonly dropped: number | undefined;
  /** Names and values of all else that is told of it, in the order to show. */
  readonly facts: readonly NoteFact[];
}

/** A fact with its name. */
export interface NoteFact {
  readonly label: string;
  readonly value: string;
}

/** What the files say beside their packets. Lists are cut; the counts are of all. Texts are those of whoever wrote the file. */
export interface FileNotes {
  /** Who wrote the files, one a section. */
  readonly sections: readonly { readonly title: string; readonly facts: readonly NoteFact[] }[];
  readonly sectionCount: number;
  readonly comments: readonly NoteComment[];
  readonly commentCount: number;
  readonly names: readonly { readonly address: string; readonly kind: string; readonly name: string }[];
  readonly nameCount: number;
  /** The blocks of pcapng, by type, the most frequent first. */
  readonly blocks: readonly { readonly name: string; readonly count: number; readonly bytes: Bytes }[];
  /** Options that somebody of their own defined. */
  readonly customOptions: readonly { readonly name: string; readonly count: number }[];
  readonly secrets: readonly { readonly name: string; readonly count: number; readonly bytes: Bytes }[];
  /** TLS connections whose keys are embedded (distinct client randoms), in secrets and comments; undefined while reading. */
  readonly clientRandoms: number | undefined;
}

/** A comment: what it is on, and its text. */
export interface NoteComment {
  /** "packet 12", "interface eth0", "section 1". */
  readonly on: string;
  readonly packet?: PacketNumber;
  readonly text: string;
}
