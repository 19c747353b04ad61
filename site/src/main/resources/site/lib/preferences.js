/** Small values that outlive the page. Where the browser forbids storage they live as long as the tab. */
const unsaved = new Map();

export function recall(name) {
    try {
        return localStorage.getItem(name) ?? unsaved.get(name) ?? null;
    } catch {
        return unsaved.get(name) ?? null; // storage is switched off
    }
}

/** Returns whether the value will still be there next time. */
export function remember(name, value) {
    unsaved.set(name, value);
    try {
        localStorage.setItem(name, value);
        return true;
    } catch {
        return false; // switched off or full
    }
}
