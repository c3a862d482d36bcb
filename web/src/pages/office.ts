import '../i18n/pages';
import '../i18n/studio';
import '../i18n/office';
import { start } from '../ui';
import Office from '../office/Office.svelte';

void start(Office);
