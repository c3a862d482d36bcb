/** The words of what the room opens on demand: recharging, the breakdown of a price, the keys. See `worded`. */
import { addMessages, type Messages } from '.';

export const ready = addMessages(import.meta.glob<{ default: Messages }>('./sheets/*.json'));
