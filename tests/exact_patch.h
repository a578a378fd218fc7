/* Changes a posting list where it is stored and makes every checksum right again: what an encoder that computes a bound too low
 * would have written. */
#ifndef TESTS_EXACT_PATCH_H
#define TESTS_EXACT_PATCH_H

#include "posting_list.h"

/* Changes bytes of the record, of which `list` says what they are: its pointers point into bytes of the same length and
 * content elsewhere, so `list->page_max - list->bytes` is an offset in the record. */
typedef void patch_edit(uint8_t *record, const struct posting_list *list);

/* The list of a term of the text in the first segment. Nothing may have the index open. */
void patch_list(const char *index_path, const char *term, patch_edit *edit);

#endif
