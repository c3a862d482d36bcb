/** A face for everybody: initials on a colour that follows from the id. */

/** A hue in degrees, 0..359, always the same for the same id. */
export function hueOf(id: string): number {
  let hash = 2166136261;
  for (const letter of id) hash = Math.imul(hash ^ letter.codePointAt(0)!, 16777619);
  hash ^= hash >>> 13;
  return ((hash >>> 0) * 137.508) % 360 | 0;
}

/** One or two letters, whole graphemes, upper case where the script has it. */
export function initialsOf(name: string): string {
  const words = name.replace(/\([^)]*\)/gu, ' ').trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words[words.length - 1]!] : words;
  const first = (word: string) => firstGrapheme(word.replace(/^[^\p{L}\p{N}\p{Extended_Pictographic}]+/u, '') || word);
  return letters.map(first).join('').toLocaleUpperCase() || '?';
}

const segmenter = 'Segmenter' in Intl ? new Intl.Segmenter(undefined, { granularity: 'grapheme' }) : null;

function firstGrapheme(text: string): string {
  if (!segmenter) return Array.from(text)[0] ?? '';
  for (const { segment } of segmenter.segment(text)) return segment;
  return '';
}
