/** Files in all folders together that are looked at; a folder of more is not a folder of captures. */
const MOST_FILES = 20_000;

/** The part of the File System API that folders are read by where entries cannot: in Chromium, on a page from the disk. */
interface HandleSource {
  getAsFileSystemHandle(): Promise<FileSystemHandle | null>;
}

function hasHandles(item: object): item is HandleSource {
  return 'getAsFileSystemHandle' in item;
}

/**
 * The files of a drop, and those in its folders, by their paths. To be called in the drop event itself: the browser forgets the
 * drop when the event is over.
 */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly File[]> {
  const items = [...transfer.items].filter(({ kind }) => kind === 'file');
  // A plain file is taken as it is: a file from an entry cannot be read on a page from the disk.
  const found = items.map((item): (() => AsyncIterable<File> | readonly File[]) => {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (!entry || !isFolder(entry)) return () => (file ? [file] : []);
    const handle = hasHandles(item) ? item.getAsFileSystemHandle().catch(() => null) : undefined;
    return () => filesOfFolder(entry, handle);
  });
  const files: File[] = [];
  for (const open of found) {
    for await (const file of open()) {
      if (files.length >= MOST_FILES) return files;
      files.push(file);
    }
  }
  return files;
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolderHandle = (handle: FileSystemHandle): handle is FileSystemDirectoryHandle =>
  handle.kind === 'directory';
const isFileHandle = (handle: FileSystemHandle): handle is FileSystemFileHandle => handle.kind === 'file';

async function* filesOfFolder(
  entry: FileSystemEntry,
  asked: Promise<FileSystemHandle | null> | undefined,
): AsyncGenerator<File, void, void> {
  const handle = await asked;
  if (handle && isFolderHandle(handle)) yield* filesOfHandle(handle, handle.name);
  else yield* filesOfEntry(entry);
}

async function* filesOfHandle(
  folder: FileSystemDirectoryHandle,
  path: string,
): AsyncGenerator<File, void, void> {
  for await (const handle of folder.values()) {
    const inner = `${path}/${handle.name}`;
    if (isFolderHandle(handle)) yield* filesOfHandle(handle, inner);
    else if (isFileHandle(handle)) yield named(await handle.getFile(), inner);
  }
}

async function* filesOfEntry(entry: FileSystemEntry): AsyncGenerator<File, void, void> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    yield named(file, entry.fullPath.replace(/^\//, ''));
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      // A reader gives at most some hundred entries at once, and none at the end.
      const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (entries.length === 0) return;
      for (const inner of entries) yield* filesOfEntry(inner);
    }
  }
}

/** The file by its path; its octets are not copied. */
function named(file: File, path: string): File {
  return new File([file], path, { lastModified: file.lastModified });
}
