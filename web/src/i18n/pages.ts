/** The words of every page but the room. Import it before `start`. */
import { addMessages, type Messages } from '.';

addMessages(import.meta.glob<{ default: Messages }>('./pages/*.json'));
