import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import PayoutPage from '../studio/PayoutPage.svelte';

void start(PayoutPage);
