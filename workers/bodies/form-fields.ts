import type { FormField } from '../../src/model/body.ts';
import { LIMITS } from '../../src/model/limits.ts';

/** The fields of application/x-www-form-urlencoded (WHATWG URL section 5.1); undefined where the text is no such form. */
export function formFields(text: string): readonly FormField[] | undefined {
  const trimmed = text.trim();
  // Anything can be read as a form; what has neither a sign of one nor only a name is something else.
  if (trimmed === '' || /[\s<>{}"]/.test(trimmed)) return undefined;
  const fields: FormField[] = [];
  for (const [name, value] of new URLSearchParams(trimmed)) {
    if (fields.length >= LIMITS.BODY_PARTS) break;
    fields.push({ name, value });
  }
  return fields;
}
