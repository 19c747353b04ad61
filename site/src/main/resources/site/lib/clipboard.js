/** Copies a text. @return what to tell the visitor */
export async function copied(text) {
    try {
        await navigator.clipboard.writeText(text);
        return 'Copied.';
    } catch (error) {
        return `The browser did not allow copying (${error.message}). Select the text and copy it by hand.`;
    }
}
