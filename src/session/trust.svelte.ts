import { type EgressReport, watchEgress } from '../platform/no-egress.ts';

export type { EgressReport } from '../platform/no-egress.ts';

/** What the page can say about "nothing leaves". */
export class TrustState {
  #report = $state.raw<EgressReport | undefined>();

  get report(): EgressReport | undefined {
    return this.#report;
  }

  get requests(): number {
    return this.#report?.requests.length ?? 0;
  }

  /** Listens to what is requested. Answers how to stop. */
  watch(): () => void {
    return watchEgress((report) => (this.#report = report));
  }
}
