import { describe, expect, test } from 'vitest';
import {
  collected,
  type Dropped,
  type FileHandle,
  filesOfHandle,
  type FolderHandle,
  type Handle,
} from '../../src/ui/dropped-files.ts';

/** A folder as the File System API gives it; a text is a file's content, an error what reading it comes to. */
type Tree = { readonly [name: string]: Tree | string | DOMException };

function folder(name: string, tree: Tree | DOMException): FolderHandle {
  async function* values(): AsyncGenerator<Handle, void, void> {
    if (tree instanceof DOMException) throw tree;
    for (const [inner, content] of Object.entries(tree)) {
      const isFile =
        typeof content === 'string' ||
        (content instanceof DOMException && content.name === 'NotReadableError');
      yield await Promise.resolve(isFile ? file(inner, content) : folder(inner, content));
    }
  }
  return { kind: 'directory', name, values };
}

function file(name: string, content: string | DOMException): FileHandle {
  const getFile = (): Promise<File> =>
    typeof content === 'string' ? Promise.resolve(new File([content], name)) : Promise.reject(content);
  return { kind: 'file', name, getFile };
}

const dropped = (tree: Tree): Promise<Dropped> =>
  collected([() => filesOfHandle(folder('node', tree), 'node', 0)]);

describe('a dropped folder', () => {
  test('gives its files by their paths', async () => {
    const { files, unread } = await dropped({ 'a.pcap': 'a', pod: { 'b.pcap': 'b' } });
    expect(files.map(({ name }) => name)).toEqual(['node/a.pcap', 'node/pod/b.pcap']);
    expect(unread).toEqual([]);
  });

  test('gives the others where one file cannot be read, and tells why', async () => {
    const denied = new DOMException('gone', 'NotReadableError');
    const { files, unread } = await dropped({ 'a.pcap': 'a', 'b.pcap': denied, 'c.pcap': 'c' });
    expect(files.map(({ name }) => name)).toEqual(['node/a.pcap', 'node/c.pcap']);
    expect(unread).toEqual([{ name: 'node/b.pcap', kind: 'a file that cannot be read (NotReadableError)' }]);
  });

  test('gives the others where one folder in it cannot be read', async () => {
    const denied = new DOMException('no', 'NotAllowedError');
    const { files, unread } = await dropped({ secret: denied, 'a.pcap': 'a' });
    expect(files.map(({ name }) => name)).toEqual(['node/a.pcap']);
    expect(unread).toEqual([{ name: 'node/secret', kind: 'a folder that cannot be read (NotAllowedError)' }]);
  });

  test('is not followed in circles', async () => {
    const tree: Record<string, Tree> = {};
    tree['again'] = tree;
    const { files, unread } = await dropped(tree);
    expect(files).toEqual([]);
    expect(unread.map(({ kind }) => kind)).toEqual(['a folder too deep inside others']);
  });
});
