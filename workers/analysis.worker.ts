import * as Comlink from 'comlink';
import { createAnalysis } from './analysis.ts';

// The page compiles the core and sends it first; calls come after it, in order.
addEventListener(
  'message',
  ({ data }: MessageEvent<WebAssembly.Module>) => Comlink.expose(createAnalysis(data)),
  {
    once: true,
  },
);
