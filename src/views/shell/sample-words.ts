/** What a built-in capture is about. */
export interface SampleWords {
  readonly title: string;
  readonly story: string;
}

const WORDS: readonly (readonly [part: string, words: SampleWords])[] = [
  [
    'story-1',
    {
      title: 'A 502 that the app never sent',
      story: 'The app answers 200, its callers get 502 from the proxy in between.',
    },
  ],
  [
    'story-2',
    {
      title: 'Calls that a strict mesh turns away',
      story: 'Some callers reach the service, others are cut off before a word is said.',
    },
  ],
  [
    'healthy',
    { title: 'All is well', story: 'Everyday traffic through nginx, to see how a good capture reads.' },
  ],
];

/** Samples in the order to show them: those with words first, as above. */
export function orderSamples<Sample extends { readonly name: string }>(
  samples: readonly Sample[],
): readonly Sample[] {
  const rank = (sample: Sample): number => {
    const at = WORDS.findIndex(([part]) => sample.name.includes(part));
    return at < 0 ? WORDS.length : at;
  };
  return [...samples].sort((a, b) => rank(a) - rank(b));
}

/** Words for a sample by its file name; the name itself where there are none. */
export function describeSample(name: string): SampleWords {
  const known = WORDS.find(([part]) => name.includes(part));
  if (known) return known[1];
  const title = name.replace(/\.pcap(ng)?$/, '').replaceAll('-', ' ');
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    story: 'A capture made with real programs.',
  };
}
