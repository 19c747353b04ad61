/**
 * The OpenAI-compatible API over the promoted checkpoint. A request is read and checked ({@link
 * org.decentralizedai.server.chat.RequestParser}), waits its turn in a bounded queue, and is answered by a DJL generator, streamed
 * or whole. Whatever a stranger sends gets an answer in OpenAI's error shape and never a stack trace.
 *
 * <p>What is served is a <em>base model</em>: it continues text. The prompt of a chat is the plain text of its messages, joined by an
 * empty line, without names of roles and without a closing line break; the model goes on right after the last character of the last
 * message. Only the newest tokens that fit the model's context count.
 *
 * <p>Public face and thread-safe: {@link org.decentralizedai.server.chat.ChatRoutes}. Start reading there.
 */
@NullMarked
package org.decentralizedai.server.chat;

import org.jspecify.annotations.NullMarked;
