import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import WithdrawPage from '../studio/WithdrawPage.svelte';

void start(WithdrawPage);
