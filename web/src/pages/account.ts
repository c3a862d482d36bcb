import '../i18n/pages';
import { start } from '../ui';
import Account from '../account/Account.svelte';

void start(Account);
