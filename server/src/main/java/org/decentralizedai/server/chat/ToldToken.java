package org.decentralizedai.server.chat;

import org.decentralizedai.store.djl.Drawn;

/**
 * A token whose probability the caller is told.
 *
 * @param offset in characters, of the text that it adds to, from the answer's beginning
 */
record ToldToken(Drawn drawn, int offset) {}
