import type { View } from '../api.ts';
import type { Core } from '../core.ts';
import type { Source, TextDictionary } from './source.ts';

/** Where the values of a field are, by what they are. */
export type FieldValues =
  /** There or not there, in any of the sources; which of them may depend on the view. */
  | { readonly type: 'presence'; readonly sources: (view: View) => readonly Source[] }
  | { readonly type: 'number' | 'boolean'; readonly source: Source }
  /** Nanoseconds; a moment's count from the first packet. */
  | { readonly type: 'duration' | 'moment'; readonly source: Source }
  /** Rows of the addresses table. */
  | { readonly type: 'ipv4' | 'ipv6'; readonly source: Source }
  /** Keys of a dictionary. */
  | { readonly type: 'text'; readonly source: Source; readonly dictionary: TextDictionary };

/** Makes the values of a field from a core. */
export type FieldBinding = (core: Core) => FieldValues;

/** The bindings of some fields by name. */
export type FieldBindings = Readonly<Record<string, FieldBinding>>;
