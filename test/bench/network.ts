import { execFileSync, spawn, type ChildProcess } from 'node:child_process';

/** The two ends of the wire: a network namespace, the interface in it, and its address. */
export const CLIENT = {
  namespace: 'offwire-bench-client',
  device: 'owbench0',
  address: '10.203.77.1',
} as const;
export const SERVER = {
  namespace: 'offwire-bench-server',
  device: 'owbench1',
  address: '10.203.77.2',
} as const;

type End = typeof CLIENT | typeof SERVER;

function run(program: string, ...options: readonly string[]): void {
  execFileSync(program, options, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Starts a program at one end of the wire. */
export function spawnAt(end: End, program: string, options: readonly string[]): ChildProcess {
  return spawn('ip', ['netns', 'exec', end.namespace, program, ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Two namespaces and a veth pair between them, whose packets have the sizes they would have on a real wire. */
export function createNetwork(): void {
  removeNetwork();
  for (const end of [CLIENT, SERVER]) run('ip', 'netns', 'add', end.namespace);
  run('ip', 'link', 'add', CLIENT.device, 'type', 'veth', 'peer', 'name', SERVER.device);
  for (const end of [CLIENT, SERVER]) {
    run('ip', 'link', 'set', end.device, 'netns', end.namespace);
    const inside = ['netns', 'exec', end.namespace];
    run('ip', ...inside, 'ip', 'address', 'add', `${end.address}/24`, 'dev', end.device);
    run('ip', ...inside, 'ip', 'link', 'set', 'lo', 'up');
    run('ip', ...inside, 'ip', 'link', 'set', end.device, 'up');
    run('ip', ...inside, 'ethtool', '-K', end.device, 'tso', 'off', 'gso', 'off', 'gro', 'off');
  }
}

/** Takes the namespaces away, and with them their interfaces. */
export function removeNetwork(): void {
  for (const end of [CLIENT, SERVER]) {
    try {
      run('ip', 'netns', 'delete', end.namespace);
    } catch {
      // There was none.
    }
  }
}
