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
  const names: readonly (keyof typeof BROWSERS)[] = ['chromium', 'firefox-esr'];
  const missing = names.filter(isMissing);
  if (missing.length === 0) return;
  const install = `apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !isProgram('/usr/bin/apt-get'))
    throw new Error(
      `The end-to-end tests need the packages ${missing.join(' and ')}. Install them: sudo ${install}`,
    );
  console.log(`Installing ${missing.join(' and ')} for the end-to-end tests`);
  try {
    aptGet('update', '-q');
  } catch (error) {
    // The list of packages may be there from before; if not, the next step says so.
    console.warn(`The list of packages could not be brought up to date: ${String(error)}`);
  }
  try {
    aptGet('install', '-y', '--no-install-recommends', ...missing);
  } catch (error) {
    throw new Error(
      `${missing.join(' and ')} could not be installed for the end-to-end tests; what apt-get said stands above. By hand: ${install}`,
      { cause: error },
    );
  }
  const stillMissing = missing.filter(isMissing);
  if (stillMissing.length > 0)
    throw new Error(`apt-get installed ${stillMissing.join(' and ')}, but no such program is in PATH.`);
}

/** Another apt-get that runs is waited for, and a download that breaks off is begun again. */
function aptGet(...command: readonly string[]): void {
  const patience = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
  execFileSync('apt-get', [...patience, ...command], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
}
