import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import PapersPage from '../studio/PapersPage.svelte';

void start(PapersPage);
