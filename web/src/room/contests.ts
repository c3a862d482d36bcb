/** What a room plays for, as its events say. */
import type { Goal, Match, RoomEvent } from '../api';

export interface Contested {
  goal: Goal | null;
  match: Match | null;
}

export function takeContest(of: Contested, event: RoomEvent): void {
  if (event.type === 'goal.set' || event.type === 'goal.progress') of.goal = event.goal;
  else if (event.type === 'match.started' || event.type === 'match.multiplier' || event.type === 'match.ended') of.match = event.match;
  else if (event.type === 'match.score' && of.match?.id === event.id && of.match.status === 'running') {
    const score = (live: string) => event.scores.find((one) => one.live === live)?.score ?? 0;
    const [first, second] = of.match.sides;
    of.match = { ...of.match, sides: [{ ...first, score: score(first.live) }, { ...second, score: score(second.live) }] };
  }
}
