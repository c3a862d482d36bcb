import '../i18n/pages';
import { start } from '../ui';
import Home from '../home/Home.svelte';

void start(Home);
