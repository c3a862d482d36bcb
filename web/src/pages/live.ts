import { start } from '../ui';
import Live from '../room/Live.svelte';

void start(Live);
