/** Puts rows into the body of a table. A cell is a text, or an element. The first cell of a row heads it. */
export function fill(body, rows) {
    body.replaceChildren(...rows.map(cells => {
        const row = document.createElement('tr');
        cells.forEach((content, column) => {
            const cell = document.createElement(column === 0 ? 'th' : 'td');
            if (column === 0) cell.scope = 'row';
            cell.append(content);
            row.append(cell);
        });
        return row;
    }));
}
