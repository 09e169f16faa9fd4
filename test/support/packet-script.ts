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
