// The list of what is covered, for people.

const BEGIN = '<!-- written by `npm run coverage`: begin -->';
const END = '<!-- end -->';

const shown = {
  method: member => `\`${member}()\``,
  getter: member => `\`${member}\``,
  setter: member => `\`${member} = …\``,
  event: member => `on \`${member}\``,
  'observer event': member => `observer on \`${member}\``,
  export: member => `\`${member}\``,
};

/** The document with the lines between the marks replaced. */
export function writeTable(text, { offered, covered, EXCEPTIONS }) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the document has no line ${BEGIN}`);
  const lines = [];
  let last = null;
  for (const [key, { owner, kind, member }] of offered) {
    if (owner !== last) lines.push('', `**${owner}**`, '', '| | covered by |', '|---|---|');
    last = owner;
    const by = covered.get(key);
    const told = by ? `${by.file}: ${by.name}` : (EXCEPTIONS.get(key) ?? 'nothing');
    lines.push(`| ${shown[kind](member)} | ${told.replaceAll('|', '\\|')} |`);
  }
  return `${text.slice(0, begin)}${BEGIN}\n${lines.join('\n')}\n\n${text.slice(end)}`;
}
