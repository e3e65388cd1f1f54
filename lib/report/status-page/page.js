/**
 * Makes the table of certificates sortable and filterable. All that it works on stands on the page; without
 * it the page only cannot do that.
 */
(() => {
  const DAY_MS = 86_400_000;
  const find = (selector) => document.querySelector(selector);

  // A page that lies about for days would call well what has expired since.
  const made = new Date(find('#as-of').dateTime);
  const days = Math.floor((Date.now() - made) / DAY_MS);
  if (days > 0) {
    find('#stale').textContent =
      `This page was made ${days === 1 ? 'a day' : `${days} days`} ago, and days left count from then. Make it anew: releaf status --format html`;
  }

  const table = find('#certificates');
  if (!table) return;
  const groups = Array.from(table.tBodies);
  const perGroup = groups[0].rows.length;
  const rows = groups.flatMap((group) =>
    Array.from(group.rows, (element) => ({ element, state: element.className })),
  );
  const total = rows.length.toLocaleString('en');

  const button = (label) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.append(...label);
    return made;
  };

  // Details are elements once they are asked for: thousands of them would make everything slow.

  table.addEventListener(
    'toggle',
    ({ target: details }) => {
      const folded = details.querySelector('noscript');
      if (!folded) return;
      const unfolded = new DOMParser().parseFromString(folded.textContent, 'text/html');
      folded.replaceWith(...unfolded.body.childNodes);
    },
    true,
  );

  const height = rows[0].element.offsetHeight;

  /** Shows the rows that fit; a group says how high it is, as the browser looks at it only when it comes in sight. */
  const show = () => {
    groups.forEach((group, index) => {
      let count = 0;
      for (const { element, fits } of rows.slice(index * perGroup, (index + 1) * perGroup)) {
        if (element.hidden === fits) element.hidden = !fits;
        if (fits) count += 1;
      }
      group.hidden = count === 0;
      group.style.containIntrinsicHeight = `${count * height}px`;
    });
  };

  /** More groups than a screen shows. */
  const AT_ONCE = 3;
  let round = 0;

  /** Puts the rows in their order: what can be in sight at once, the rest between frames. */
  const place = () => {
    round += 1;
    const own = round;
    const go = (first) => {
      if (own !== round) return;
      groups.slice(first, first + AT_ONCE).forEach((group, index) => {
        const start = (first + index) * perGroup;
        group.replaceChildren(...rows.slice(start, start + perGroup).map(({ element }) => element));
      });
      const next = first + AT_ONCE;
      if (next < groups.length) requestAnimationFrame(() => setTimeout(() => go(next)));
    };
    go(0);
  };

  // Filter.

  const [form, filter, folder, clear, shown] = [
    '#controls',
    '#filter',
    '#folder',
    '#clear',
    '#shown',
  ].map(find);

  const CHARACTERS = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

  /** What a filter looks in: values, not the words that stand beside every one of them. */
  const textOf = ({ element }) => {
    const parts = [];
    for (const cell of element.cells) {
      if (cell.classList.contains('timeline')) continue;
      const folded = cell.querySelector('noscript');
      if (!folded) parts.push(cell.textContent);
      else
        for (const [, value] of folded.textContent.matchAll(/<(?:p|dd)[^>]*>([^<]*)/g))
          parts.push(value);
    }
    return parts
      .join('\n')
      .replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => CHARACTERS[name])
      .toLowerCase();
  };
  for (const row of rows) {
    row.text = textOf(row);
    row.folder = row.element.querySelector('.folder')?.textContent;
  }

  const states = Array.from(find('#states').children, (item) => {
    const toggle = button(Array.from(item.childNodes));
    toggle.setAttribute('aria-pressed', 'false');
    toggle.addEventListener('click', () => {
      const pressed = toggle.getAttribute('aria-pressed') === 'true';
      toggle.setAttribute('aria-pressed', String(!pressed));
      apply();
    });
    item.append(toggle);
    return { state: item.className, toggle };
  });

  find('#states').classList.add('live');

  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = states
      .filter(({ toggle }) => toggle.getAttribute('aria-pressed') === 'true')
      .map(({ state }) => state);
    const where = folder ? folder.value : '';
    let count = 0;
    for (const row of rows) {
      row.fits =
        (chosen.length === 0 || chosen.includes(row.state)) &&
        (where === '' || row.folder === where) &&
        words.every((word) => row.text.includes(word));
      if (row.fits) count += 1;
    }
    show();
    const all = words.length === 0 && chosen.length === 0 && where === '';
    clear.hidden = all;
    shown.textContent = all
      ? `${total} shown`
      : count === 0
        ? `None of ${total} fits`
        : `${count.toLocaleString('en')} of ${total} shown`;
  };

  filter.addEventListener('input', apply);
  folder?.addEventListener('change', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => {
    for (const { toggle } of states) toggle.setAttribute('aria-pressed', 'false');
    filter.value = '';
    if (folder) folder.value = '';
    filter.focus();
    apply();
  });

  // Sort.

  const heads = Array.from(table.tHead.rows[0].cells);

  const sortBy = (index) => {
    const head = heads[index];
    const descending = head.getAttribute('aria-sort') === 'ascending';
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
    const numeric = head.dataset.sorts === 'number';
    const keyOf = ({ element }) => {
      const cell = element.cells[index];
      return numeric ? Number(cell.dataset.sort) : cell.textContent;
    };
    for (const row of rows) row.key = keyOf(row);
    const sign = descending ? -1 : 1;
    rows.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
    place();
    show();
  };

  heads.forEach((head, index) => {
    if (!head.dataset.sorts) return;
    const label = button(Array.from(head.childNodes));
    label.addEventListener('click', () => sortBy(index));
    head.append(label);
  });

  // The whole row opens its details, for whoever points; the triangle does for everybody.
  table.addEventListener('click', (event) => {
    if (event.target.closest('details, code') || String(getSelection()) !== '') return;
    const details = event.target.closest('tbody > tr')?.querySelector('details');
    if (details) details.open = !details.open;
  });

  form.hidden = false;
  apply();
})();
