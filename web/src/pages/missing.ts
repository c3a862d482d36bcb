import '../i18n/pages';
import { start } from '../ui';
import Missing from '../home/Missing.svelte';

void start(Missing);
