import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

/** The browsers that the tests drive, by the name of their Debian package. */
export const BROWSERS = {
  chromium: ['chromium', 'google-chrome'],
  'firefox-esr': ['firefox-esr', 'firefox'],
};

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where a browser's program is; undefined where it is not installed. */
export function findBrowser(name: keyof typeof BROWSERS): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(':');
  for (const program of BROWSERS[name]) {
    const found = folders.map((folder) => `${folder}/${program}`).find(isProgram);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Installs what is missing where that can be done without asking (root on Debian); else says which packages to install. */
export function ensureBrowsers(): void {
  const isMissing = (name: keyof typeof BROWSERS): boolean => findBrowser(name) === undefined;
  const missing = [
    ...(isMissing('chromium') ? ['chromium'] : []),
    ...(isMissing('firefox-esr') ? ['firefox-esr'] : []),
  ];
  if (missing.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get'))
    throw new Error(
      `The end-to-end tests need the packages ${missing.join(' and ')}. Install them: sudo ${install}`,
    );
  console.log(`Installing ${missing.join(' and ')} for the end-to-end tests`);
  execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit' });
  execFileSync('sh', ['-c', install], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
