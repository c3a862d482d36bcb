/** An attachment that brings the link of where the reader is into view, in a row of links that scrolls. */
export const shown = (here: boolean) => (link: HTMLElement) => {
  if (here) link.scrollIntoView({ inline: 'center', block: 'nearest' });
};
