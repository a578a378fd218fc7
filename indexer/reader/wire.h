/*
 * Wire text and plain text: one file, one article. Blocks are lines between blank lines; a head block is one line, a
 * headline up to two.
 *
 *     politics                                a section: up to four words
 *                                             (blank)
 *     Japan defense chief considering trip    the headline
 *                                             (blank)
 *     TOKYO                                   the place, in capitals; date and agency may follow it
 *                                             (blank)
 *     Japanese Defense Minister ...           paragraphs
 *
 * The section may be missing. The place may lead the first paragraph instead, as dateline.h says, and then stays in the body. A
 * byline ("By ...") and a date may stand in lines of their own between headline and body. Text of no such form is plain: its
 * first line is the title, if it is short enough for one, and the rest the body.
 */
#ifndef READER_WIRE_H
#define READER_WIRE_H

#include "article_draft.h"

/* Reads valid UTF-8 into an empty draft. */
void wire_read(bf_text text, struct article_draft *draft);

/* The same without looking for section, place or byline. */
void plain_text_read(bf_text text, struct article_draft *draft);

#endif
