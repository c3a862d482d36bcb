/** The words of the back office. Import it before `start`, beside `pages` and `studio`. */
import { addMessages, type Messages } from '.';

void addMessages(import.meta.glob<{ default: Messages }>('./office/*.json'));
