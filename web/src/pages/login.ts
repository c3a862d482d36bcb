import '../i18n/pages';
import { start } from '../ui';
import Login from '../people/Login.svelte';

void start(Login);
