// Views save through the session; the browser's part is in platform.
export { saveFile } from '../platform/save-file.ts';
