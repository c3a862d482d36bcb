/** A room's stream: a snapshot first, then frames of events. */
import type { Goal, Match } from './contests';
import type { Guest } from './guests';
import type { Live, Person, Rank, Totals } from './types';

interface EventBase {
  at: string;
}

export interface GiftSent extends EventBase {
  type: 'gift.sent';
  id: string;
  gift_id: string;
  /** This gift's own count; summing it is right. */
  repeat_count: number;
  repeat_end: true;
  streakable: boolean;
  combo_id: string | null;
  /** Coins in all. */
  coins: number;
  /** The price in coins of one unit. */
  diamond_count: number;
  /** Null when given anonymously. */
  sender: Person | null;
  receiver: Person;
  receipt: string;
  message: string | null;
}

export interface ChatMessage extends EventBase {
  type: 'chat.message';
  id: string;
  sender: Person;
  text: string;
  /** Its sender gave in this LIVE, not anonymously. */
  highlight?: boolean;
  /** Their place among its first three gifters. */
  rank?: number;
}

export interface Likes extends EventBase {
  type: 'like';
  count: number;
  senders: number;
}

export interface MembersJoined extends EventBase {
  type: 'member.joined';
  members: Person[];
  count: number;
}

export interface Followed extends EventBase {
  type: 'follow';
  account: Person;
}

export interface Shared extends EventBase {
  type: 'share';
  account: Person;
}

/** The creator thanks givers; `accounts` are the first of `count`. */
export interface Thanks extends EventBase {
  type: 'thanks';
  accounts: Person[];
  count: number;
  text: string | null;
}

export interface QuestionNew extends EventBase {
  type: 'question.new';
  id: string;
  sender: Person;
  text: string;
}

export interface RankUpdated extends EventBase {
  type: 'rank.updated';
  top_gifters: Rank[];
}

export interface LiveStarted extends EventBase {
  type: 'live.started';
}

export interface LiveEnded extends EventBase {
  type: 'live.ended';
  summary_url: string | null;
}

/** Pictures arrive, for the first time (run 1) or again. */
export interface SignalBack extends EventBase {
  type: 'signal.back';
  run: number;
  /** Whose, where it is a guest's and not the creator's. */
  guest?: string;
}

export interface SignalLost extends EventBase {
  type: 'signal.lost';
  guest?: string;
}

/** The disk is full: what is shown is not kept any more. */
export interface RecordingStopped extends EventBase {
  type: 'recording.stopped';
}

/** How many ask to come in; who, is told to the creator and moderators alone. */
export interface GuestAsked extends EventBase {
  type: 'guest.asked';
  waiting: number;
}

export interface GuestMoved extends EventBase {
  type: 'guest.invited' | 'guest.joined' | 'guest.left';
  account: Person;
}

export interface ModerationAction extends EventBase {
  type: 'moderation.action';
  action: string;
  account: Person | null;
  /** The id of a comment or question. */
  text: string | null;
  /** Its words, where it was pinned or decided on. */
  said?: string;
}

/** A part of a gift was taken back, or came back (negative): totals say the same, nobody is named. */
export interface GiftReversed extends EventBase {
  type: 'gift.reversed';
  receipt: string;
  coins: number;
  diamonds_milli: number;
  reason: 'refund' | 'chargeback' | 'restored';
}

export interface GoalTold extends EventBase {
  type: 'goal.set' | 'goal.progress';
  /** Null where it was dropped. */
  goal: Goal | null;
}

export interface MatchTold extends EventBase {
  type: 'match.invited' | 'match.closed' | 'match.started' | 'match.multiplier' | 'match.ended';
  match: Match;
}

/** Absolute, of a match that runs; those of `match.ended` stand. */
export interface MatchScore extends EventBase {
  type: 'match.score';
  id: string;
  scores: { live: string; score: number }[];
}

export type RoomEvent =
  | GoalTold
  | MatchTold
  | MatchScore
  | GiftSent
  | GiftReversed
  | RecordingStopped
  | ChatMessage
  | Likes
  | MembersJoined
  | Followed
  | Shared
  | RankUpdated
  | Thanks
  | QuestionNew
  | LiveStarted
  | LiveEnded
  | SignalBack
  | SignalLost
  | GuestAsked
  | GuestMoved
  | ModerationAction;

export interface Folded {
  count: number;
  coins: number;
  senders: number;
}

export interface Frame {
  seq: number;
  at: string;
  events: RoomEvent[];
  totals: Totals;
  folded?: Folded;
  /** Guests whose coins changed; absolute. */
  guests?: { account: string; coins: number }[];
}

export interface You {
  account: Person;
  banned: boolean;
  muted: boolean;
  is_creator: boolean;
}

export interface Snapshot {
  type: 'snapshot';
  seq: number;
  at: string;
  live: Live;
  totals: Totals;
  top_gifters: Rank[];
  goal: Goal | null;
  match: Match | null;
  /** Who is on beside the creator. */
  guests?: Guest[];
  events: RoomEvent[];
  you: You | null;
}

export interface FrameList {
  items: Frame[];
  seq: number;
  /** True when the cursor is older than what is kept: take a new snapshot. */
  gap: boolean;
}
