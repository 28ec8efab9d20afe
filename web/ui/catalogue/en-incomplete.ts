/** The texts of the page for a link without its key, in English. */
export const enIncomplete = {
  heading: 'This link is incomplete',
  missing: 'The part after # is missing.',
  label: 'Paste the full link',
  submit: 'Open',
  empty: 'Nothing was pasted yet.',
  wrong: 'This is not a whole link. Copy it again, to its last character.',
};
