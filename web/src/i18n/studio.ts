/** The words of the studio's pages about money that goes out. Import it before `start`, beside `pages`. */
import { addMessages, type Messages } from '.';

void addMessages(import.meta.glob<{ default: Messages }>('./studio/*.json'));
