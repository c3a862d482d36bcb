import '../i18n/pages';
import { start } from '../ui';
import SummaryPage from '../studio/SummaryPage.svelte';

void start(SummaryPage);
