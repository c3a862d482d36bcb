import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import SummaryPage from '../studio/SummaryPage.svelte';

void start(SummaryPage);
