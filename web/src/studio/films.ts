/** Telling films on this device apart, to go on with the one that was begun. */

/** What tells a film from another without reading it. */
export function markOf(file: Pick<File, 'name' | 'size' | 'lastModified'>): string {
  return `${file.name}|${file.size}|${file.lastModified}`;
}

/** Whether this is the film of which so many bytes were announced, by the mark that was kept where there is one. */
export function isSame(file: File, length: number, mark: string | undefined): boolean {
  return mark === undefined ? file.size === length : markOf(file) === mark;
}
