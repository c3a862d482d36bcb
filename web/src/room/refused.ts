/** What a refusal of the room says. Its words are not needed to watch: they come when the first is said. */
import type { ApiProblem } from '../api';
import { tCode, worded, type Values } from '../i18n';
import { toast } from '../ui';

export async function sayRefused(problem: ApiProblem, values: Values = {}): Promise<void> {
  await worded(Promise.resolve()).catch(() => undefined); // without a connection, the words of every page say enough
  toast(tCode('refused', problem.code, problem.message, values), { tone: 'bad' });
}
