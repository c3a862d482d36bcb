/** How a withdrawal's state is drawn. */
import type { PayoutStatus } from '../api';
import { OPEN } from '../api/payouts';
import type { IconName } from '../ui/Icon.svelte';

/** The mark of a state: on its way, arrived, come back, or over without arriving. */
export function markOf(status: PayoutStatus): IconName {
  if (OPEN.includes(status)) return 'clock';
  if (status === 'paid') return 'check';
  return status === 'returned' ? 'undo' : 'close';
}
