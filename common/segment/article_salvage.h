/*
 * Stored articles out of a damaged segment, without anything else of it: the chunks of its file are found by their footers, and
 * in them article blocks, which follow one another, by the heads of their streams. Only what lies in sectors that have their
 * checksums is looked at.
 */
#ifndef SEGMENT_ARTICLE_SALVAGE_H
#define SEGMENT_ARTICLE_SALVAGE_H

#include "backfile.h"

/* Calls back for every article that can be read, in the order they stand in the file, until the callback returns something else
 * than BF_OK. The article is borrowed for the call. */
bf_status article_salvage(const char *path, bf_status (*found)(void *context, const bf_article *article, bf_error *error),
                          void *context, bf_error *error);

#endif
