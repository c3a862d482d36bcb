import { describe, expect, it } from 'vitest';
import { isSame, markOf } from './films';

const film = (name: string, bytes: number, lastModified = 1) => new File([new Uint8Array(bytes)], name, { lastModified });

describe('an upload that goes on', () => {
  it('takes the film that was begun on this device, and no other of its length', () => {
    const begun = markOf(film('song.mp4', 10));
    expect(isSame(film('song.mp4', 10), 10, begun)).toBe(true);
    expect(isSame(film('other.mp4', 10), 10, begun)).toBe(false);
    expect(isSame(film('song.mp4', 10, 2), 10, begun)).toBe(false);
  });

  it('goes by the length that was announced where another device began it', () => {
    expect(isSame(film('copy of song.mp4', 10), 10, undefined)).toBe(true);
    expect(isSame(film('song.mp4', 11), 10, undefined)).toBe(false);
  });
});
