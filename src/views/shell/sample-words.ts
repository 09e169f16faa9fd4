/** What a built-in capture is about. */
export interface SampleWords {
  readonly title: string;
  readonly story: string;
}

const WORDS: readonly (readonly [part: string, words: SampleWords])[] = [
  [
    'healthy',
    { title: 'All is well', story: 'The same set-up with nothing wrong, to see how a good capture reads.' },
  ],
];

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
