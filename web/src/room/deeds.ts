/** What a viewer does beside speaking and giving: likes, follows, shares. Who is not signed in is asked to. */
import { accounts, ApiProblem, lives } from '../api';
import { t } from '../i18n';
import { session, signInHref, toast } from '../ui';
import { whenKnown } from './moments';
import { sayRefused } from './refused';
import type { Room } from './room.svelte';

/** Whether somebody has signed in; leads to it where not. */
export async function isSignedIn(): Promise<boolean> {
  if (await whenKnown(() => session.account)) return true;
  location.assign(signInHref());
  return false;
}

export async function sendLikes(id: string, count: number): Promise<void> {
  try {
    await lives.like(id, count);
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem; // a lost heart is not worth a message
  }
}

/** Follows the creator, or no more: shown at once, and taken back where it is refused. */
export async function followCreator(room: Room): Promise<void> {
  if (!(await isSignedIn())) return;
  const username = room.live!.creator.username;
  const wanted = !room.following;
  room.setFollowing(wanted);
  try {
    await (wanted ? accounts.follow(username) : accounts.unfollow(username));
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    room.setFollowing(!wanted);
    void sayRefused(problem);
  }
}

export async function shareLive(id: string, title = 'Largesse'): Promise<void> {
  const url = `${location.origin}/live/${id}`;
  try {
    if (navigator.share) await navigator.share({ url, title });
    else {
      await navigator.clipboard.writeText(url);
      toast(t('room.copied'), { tone: 'good' });
    }
    if (session.account) await lives.share(id);
  } catch (problem) {
    if (problem instanceof ApiProblem || problem instanceof DOMException) return; // cancelled, or not counted
    throw problem;
  }
}
