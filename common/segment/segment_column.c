#include "segment_column.h"

bf_status segment_column_open(struct segment_column *column, const struct section_view *view, uint64_t count, const char **rule,
                              bf_error *error)
{
    struct column opened;
    size_t head = view->length < COLUMN_HEAD ? view->length : COLUMN_HEAD;
    *rule = NULL;
    bf_status status = section_verify(view, 0, head, error);
    if (status != BF_OK) return status;
    *rule = column_begin(view->bytes, view->length, &opened);
    if (!*rule && opened.count != count) *rule = "the column has the wrong number of entries";
    if (!*rule) *column = (struct segment_column){.view = *view, .column = opened};
    return BF_OK;
}

/* Damage in what nobody has asked for is nobody's business yet. */
static void verify_whole(struct segment_column *column)
{
    struct column whole;
    column->is_whole = section_verify(&column->view, 0, column->view.length, NULL) == BF_OK &&
                       !column_open(column->view.bytes, column->view.length, &whole);
}

bf_status segment_column_get_slowly(struct segment_column *column, uint32_t i, int64_t *value, const char **rule, bf_error *error)
{
    size_t at, length;
    column_entry(i, &at, &length);
    bf_status status = section_verify(&column->view, at, length, error);
    if (status != BF_OK) return status;
    *rule = column_bits(&column->column, i, &at, &length);
    if (*rule) return BF_OK;
    status = section_verify(&column->view, at, length, error);
    if (status != BF_OK) return status;
    *value = column_get(&column->column, i);
    if (++column->asked == column->column.count / 64 + 64) verify_whole(column);
    return BF_OK;
}
