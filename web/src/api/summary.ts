/** What remains of a LIVE, as it is shown on the wire. */
import type { Person, Rank } from './types';

export interface LiveSummary {
  duration_s: number;
  viewers: { peak: number; average: number; unique: number };
  gifters: number;
  gifts: number;
  coins: number;
  top_gifters: Rank[];
  /** From here on to its creator alone: all or none of it. */
  diamonds_milli?: number;
  after_end?: { gifts: number; coins: number; diamonds_milli: number };
  new_gifters?: number;
  releases?: { date: string; milli: number }[];
  curves?: Curves;
  missed_thanks?: number;
  /** What guests were given: the diamonds are theirs. */
  guests?: { account: Person; gifts: number; coins: number; diamonds_milli: number }[];
  unthanked?: { account: Person; coins: number; gifts: number; new: boolean }[];
}

/** A LIVE by steps of its time; viewers are null where nobody counted. */
export interface Curves {
  step_s: number;
  viewers: (number | null)[];
  coins: number[];
  gifts: number[];
  comments: number[];
  likes: number[];
}
