import '../i18n/pages';
import { start } from '../ui';
import Profile from '../people/Profile.svelte';

void start(Profile);
