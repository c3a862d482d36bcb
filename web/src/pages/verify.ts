import '../i18n/pages';
import { start } from '../ui';
import Verify from '../people/Verify.svelte';

void start(Verify);
