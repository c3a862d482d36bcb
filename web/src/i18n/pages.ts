/** The words of every page but the room. Import it before `start`. */
import { addMessages, type Messages } from '.';

void addMessages(import.meta.glob<{ default: Messages }>('./pages/*.json'));
void addMessages(import.meta.glob<{ default: Messages }>('./sheets/*.json'));
