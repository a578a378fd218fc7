/*
 * A column of a segment, of which only what is asked for is verified and believed, so that one look-up costs the same in a large
 * segment as in a small one. Who asks often is given the whole column verified.
 */
#ifndef SEGMENT_SEGMENT_COLUMN_H
#define SEGMENT_SEGMENT_COLUMN_H

#include "column.h"
#include "section.h"

#include <stdbool.h>

struct segment_column {
    struct section_view view;
    struct column column;  /* bytes NULL until opened */
    uint32_t asked;        /* how often a value was verified by itself */
    bool is_whole;         /* all of it is verified */
};

/* `view`: where it is, not yet verified. `count`: how many values it must have. Otherwise *rule is the broken rule. */
bf_status segment_column_open(struct segment_column *column, const struct section_view *view, uint64_t count, const char **rule,
                              bf_error *error);

bf_status segment_column_get_slowly(struct segment_column *column, uint32_t i, int64_t *value, const char **rule,
                                    bf_error *error);

/* i below the count. *rule: NULL, or the broken rule. */
static inline bf_status segment_column_get(struct segment_column *column, uint32_t i, int64_t *value, const char **rule,
                                           bf_error *error)
{
    *rule = NULL;
    if (!column->is_whole) return segment_column_get_slowly(column, i, value, rule, error);
    *value = column_get(&column->column, i);
    return BF_OK;
}

#endif
