import { EMPTY_FOLDER } from '../model/file-names.ts';

/** Files in all folders together that are looked at; a folder of more is not a folder of captures. */
const MOST_FILES = 20_000;

/** Folders inside one another that are looked into: a guard against links that lead round in circles. */
const MOST_DEPTH = 32;

/** Something that was dropped and cannot be read. */
export interface UnreadFile {
  readonly name: string;
  /** Why, in a few words. */
  readonly kind: string;
}

/** What a drop holds. */
export interface Dropped {
  readonly files: readonly File[];
  readonly unread: readonly UnreadFile[];
}

/** The part of the File System API that folders are read by where entries cannot: in Chromium, on a page from the disk. */
interface HandleSource {
  getAsFileSystemHandle(): Promise<FileSystemHandle | null>;
}

/** What is used of FileSystemHandle, and of its two kinds. */
export interface Handle {
  readonly kind: 'directory' | 'file';
  readonly name: string;
}
export interface FolderHandle extends Handle {
  values(): AsyncIterable<Handle>;
}
export interface FileHandle extends Handle {
  getFile(): Promise<File>;
}

function hasHandles(item: object): item is HandleSource {
  return 'getAsFileSystemHandle' in item;
}

/**
 * The files of a drop, and those in its folders, by their paths. To be called in the drop event itself: the browser forgets the
 * drop when the event is over. What the browser cannot give (no right to read it, gone since) is told by name, the rest is given.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<Dropped> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  // A plain file is taken as it is: a file from an entry cannot be read on a page from the disk.
  const found = items.map((item): (() => AsyncIterable<Found> | readonly Found[]) => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (!entry || !isFolder(entry)) return () => (file ? [{ file }] : []);
    const handle = hasHandles(item) ? item.getAsFileSystemHandle().catch(() => null) : undefined;
    return () => filesOfFolder(entry, handle);
  });
  return collected(found);
}

/** A file, or why there is none. */
export type Found = { readonly file: File } | { readonly unread: UnreadFile };

/** Takes what is found, up to the limit. */
export async function collected(
  found: readonly (() => AsyncIterable<Found> | readonly Found[])[],
): Promise<Dropped> {
  const files: File[] = [];
  const unread: UnreadFile[] = [];
  for (const open of found) {
    for await (const one of open()) {
      if ('unread' in one) unread.push(one.unread);
      else files.push(one.file);
      if (files.length + unread.length < MOST_FILES) continue;
      unread.push({ name: '…', kind: `beyond the limit of ${MOST_FILES.toLocaleString('en-US')} files` });
      return { files, unread };
    }
  }
  return { files, unread };
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolderHandle = (handle: Handle): handle is FolderHandle =>
  handle.kind === 'directory' && 'values' in handle;
const isFileHandle = (handle: Handle): handle is FileHandle => handle.kind === 'file' && 'getFile' in handle;

async function* filesOfFolder(
  entry: FileSystemEntry,
  asked: Promise<FileSystemHandle | null> | undefined,
): AsyncGenerator<Found, void, void> {
  const handle = await asked;
  let isEmpty = true;
  const files =
    handle && isFolderHandle(handle) ? filesOfHandle(handle, handle.name, 0) : filesOfEntry(entry, 0);
  for await (const found of files) {
    isEmpty = false;
    yield found;
  }
  if (isEmpty) yield { unread: { name: entry.name, kind: EMPTY_FOLDER } };
}

/** Files of a folder of the File System API, by their paths. */
export async function* filesOfHandle(
  folder: FolderHandle,
  path: string,
  depth: number,
): AsyncGenerator<Found, void, void> {
  if (depth > MOST_DEPTH) return yield { unread: { name: path, kind: 'a folder too deep inside others' } };
  try {
    for await (const handle of folder.values()) {
      const inner = `${path}/${handle.name}`;
      if (isFolderHandle(handle)) yield* filesOfHandle(handle, inner, depth + 1);
      else if (isFileHandle(handle)) yield await taken(inner, () => handle.getFile());
    }
  } catch (error) {
    yield unreadable(path, 'folder', error);
  }
}

async function* filesOfEntry(entry: FileSystemEntry, depth: number): AsyncGenerator<Found, void, void> {
  const path = entry.fullPath.replace(/^\//, '');
  if (isFile(entry)) {
    yield await taken(path, () => new Promise<File>((resolve, reject) => entry.file(resolve, reject)));
  } else if (depth > MOST_DEPTH) {
    yield { unread: { name: path, kind: 'a folder too deep inside others' } };
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      // A reader gives at most some hundred entries at once, and none at the end.
      let entries: readonly FileSystemEntry[];
      try {
        entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
          reader.readEntries(resolve, reject),
        );
      } catch (error) {
        return yield unreadable(path, 'folder', error);
      }
      if (entries.length === 0) return;
      for (const inner of entries) yield* filesOfEntry(inner, depth + 1);
    }
  }
}

/** The file by its path; its octets are not copied. A file that the browser cannot give does not take the others with it. */
async function taken(path: string, get: () => Promise<File>): Promise<Found> {
  try {
    const file = await get();
    return { file: new File([file], path, { lastModified: file.lastModified }) };
  } catch (error) {
    return unreadable(path, 'file', error);
  }
}

function unreadable(name: string, what: 'file' | 'folder', error: unknown): Found {
  const why = error instanceof Error ? error.name : String(error);
  return { unread: { name, kind: `a ${what} that cannot be read (${why})` } };
}
