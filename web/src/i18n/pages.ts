/** The words of every page but the room. Import it before `start`. */
import { addMessages, type Messages } from '.';
import words from './pages/en.json';

addMessages(words, import.meta.glob<{ default: Messages }>(['./pages/*.json', '!./pages/en.json']));
