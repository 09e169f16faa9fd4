import type { Capture } from './capture.ts';
import { runScript } from './script-runner.ts';
import { scriptLines, type ScriptValue } from './script-tokens.ts';

/** Draws a capture as text: the language is told in README.md of this folder. */
export function script(strings: TemplateStringsArray, ...values: readonly ScriptValue[]): Capture {
  return runScript(scriptLines(strings.raw, values));
}

/** The same from a text made elsewhere: escapes stand in it as in a script. */
export function drawn(text: string): Capture {
  return runScript(scriptLines([text], []));
}

const OPENED = String.raw`
  client 10.0.0.1:35500
  server 10.0.0.2:8080
  0ms client > server SYN
  1ms server > client SYN ACK
  2ms client > server ACK
`;

/** A script that goes on after `client` and `server` have shaken hands in packets 1 to 3. */
export function connection(strings: TemplateStringsArray, ...values: readonly ScriptValue[]): Capture {
  const [first = '', ...others] = strings.raw;
  return runScript(scriptLines([OPENED + first, ...others], values));
}
