import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The project's folder, with a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

function newest(path: string, except: string): number {
  if (path === except) return 0;
  const entry = statSync(root + path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  const times = readdirSync(root + path).map((name) => newest(`${path}/${name}`, except));
  return Math.max(0, ...times);
}

/** Whether a built file is missing, or older than any of its sources (files or folders). */
export function isStale(built: string, sources: readonly string[], except = ''): boolean {
  if (!existsSync(root + built)) return true;
  const builtAt = statSync(root + built).mtimeMs;
  return sources.some((source) => newest(source, except) > builtAt);
}
