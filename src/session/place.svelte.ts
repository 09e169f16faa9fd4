import { formatFragment, parseFragment, type Place, START, type ViewId } from './fragment.ts';

/** Browsers stop pages that change the address more than some hundred times in ten seconds. */
const QUIET_MILLISECONDS = 200;

/** Where one is; the URL fragment follows, and leads when one goes back or forward. */
export class PlaceState {
  #place = $state.raw<Place>(START);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The fragment that was written or read last. */
  #known: string;
  #wanderedOff: () => void = () => {};

  constructor() {
    this.#place = parseFragment(location.hash);
    this.#known = location.hash;
  }

  get view(): ViewId {
    return this.#place.view;
  }

  get selection(): string {
    return this.#place.selection;
  }

  get pane(): string {
    return this.#place.pane;
  }

  get filter(): string {
    return this.#place.filter;
  }

  /** Listens for back and forward; `onWander` is called when they led elsewhere. Answers how to stop. */
  watch(onWander: () => void): () => void {
    this.#wanderedOff = onWander;
    const read = () => {
      // The event of what we wrote may come when one has moved on from there.
      if (location.hash === this.#known) return;
      this.#known = location.hash;
      const place = parseFragment(location.hash);
      if (formatFragment(place) === formatFragment(this.#place)) return;
      this.#place = place;
      this.#wanderedOff();
    };
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }

  /** Goes somewhere: a step that Back undoes. What is not named stays, but a selection belongs to its view. */
  go(to: Partial<Place>): void {
    this.#write();
    this.#set(to);
    const fragment = formatFragment(this.#place);
    if (fragment !== location.hash) location.hash = fragment;
    this.#known = location.hash;
  }

  /** Moves on within the same step: arrows in a table, typing in the filter. */
  move(to: Partial<Place>): void {
    this.#set(to);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), QUIET_MILLISECONDS);
  }

  /** A link's address. */
  link(to: Partial<Place>): string {
    return formatFragment(this.#after(to));
  }

  #after(to: Partial<Place>): Place {
    const isElsewhere = to.view !== undefined && to.view !== this.#place.view;
    const base = isElsewhere ? { ...this.#place, selection: '', pane: '' } : this.#place;
    const isOther = to.selection !== undefined && to.selection !== base.selection;
    return { ...base, ...(isOther ? { pane: '' } : {}), ...to };
  }

  #set(to: Partial<Place>): void {
    this.#place = this.#after(to);
  }

  /** Brings the address up to date with moves that were not written yet. */
  #write(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // A link was followed, and its event is still to come.
    if (location.hash !== this.#known) return;
    const fragment = formatFragment(this.#place);
    if (fragment !== location.hash) location.replace(fragment);
    this.#known = location.hash;
  }
}
