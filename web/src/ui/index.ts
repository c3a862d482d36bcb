/** The base components, in one import. */
export { default as Avatar } from './Avatar.svelte';
export { default as Badge } from './Badge.svelte';
export { default as Button } from './Button.svelte';
export { default as Coins } from './Coins.svelte';
export { default as EmptyState } from './EmptyState.svelte';
export { default as Field } from './Field.svelte';
export { default as Gave } from './Gave.svelte';
export { default as Icon } from './Icon.svelte';
export { default as Logo } from './Logo.svelte';
export { default as Money } from './Money.svelte';
export { default as Place } from './Place.svelte';
export { default as Sheet } from './Sheet.svelte';
export { default as Toasts } from './Toasts.svelte';
export { default as TopBar } from './TopBar.svelte';
export { hueOf, initialsOf } from './avatar';
export { start } from './start';
export { loadSession, loadWallet, nextPath, noteBalance, session, signInHref, signOut } from './session.svelte';
export { dismiss, toast } from './toasts.svelte';
