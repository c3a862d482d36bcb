/** The words of a video's page and of the studio's videos. Import it before `start`. */
import { addMessages, type Messages } from '.';

void addMessages(import.meta.glob<{ default: Messages }>('./video/*.json'));
