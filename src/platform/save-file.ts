/** How long the browser may take to begin reading a Blob that it was told to save. */
const REVOKE_AFTER_MILLISECONDS = 60_000;

/** Saves a Blob under a name, through the browser's own download; nothing is sent. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), REVOKE_AFTER_MILLISECONDS);
}
