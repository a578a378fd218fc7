/* For each posting: (documents skipped since the one before) * 2 + (more than one occurrence), occurrences less two if so, then
 * positions as gaps, all varints. Then, if the term has them, the list of its forms, and where those are several the number of
 * the form at each position, packed. No version of its own: it is part of a term block, which has one. */
#include "inline_list.h"

#include "bitpack.h"
#include "varint.h"

static uint32_t form_width(uint32_t form_count) { return 32U - (uint32_t)__builtin_clz(form_count - 1); }

static void append_forms(const struct inline_list *list, uint32_t count, struct buffer *out)
{
    buffer_append(out, list->forms, list->forms_length);
    if (list->form_count < 2) return;
    uint32_t width = form_width(list->form_count);
    uint8_t *packed = buffer_extend(out, bitpack_size(count, width));
    if (packed) bitpack_pack(list->form_numbers, count, width, packed);
}

/* What is left of the bytes behind the positions. */
static const char *read_forms(const uint8_t *at, size_t length, uint32_t count, struct inline_list *list)
{
    size_t taken;
    list->forms = length ? at : NULL;
    const char *rule = form_list_skip(at, length, &list->form_count, &taken);
    if (rule) return rule;
    list->forms_length = (uint32_t)taken;
    memset(list->form_numbers, 0, sizeof list->form_numbers);
    uint32_t width = list->form_count < 2 ? 0 : form_width(list->form_count);
    if (length - taken != bitpack_size(count, width)) return "an inline list does not end with its forms";
    for (uint32_t bit = 0; bit < count * width; bit++) /* byte by byte: nothing may be read behind an inline list */
        list->form_numbers[bit / width] |= ((uint32_t)at[taken + bit / 8] >> bit % 8 & 1U) << bit % width;
    for (uint32_t i = 0; i < count; i++)
        if (list->form_numbers[i] >= list->form_count) return "an inline list has a form that its term has not";
    return NULL;
}

void inline_list_encode(const struct inline_list *list, struct buffer *out)
{
    const uint32_t *position = list->positions;
    uint64_t next_doc = 0;
    for (uint32_t i = 0; i < list->df; i++) {
        varint_append(out, (list->docs[i] - next_doc) << 1 | (list->tfs[i] > 1));
        next_doc = (uint64_t)list->docs[i] + 1;
        if (list->tfs[i] > 1) varint_append(out, list->tfs[i] - 2);
        uint64_t next = 0;
        for (uint32_t j = 0; j < list->tfs[i]; j++) {
            varint_append(out, *position - next);
            next = (uint64_t)*position++ + 1;
        }
    }
    append_forms(list, (uint32_t)(position - list->positions), out);
}

const char *inline_list_decode(const uint8_t *bytes, size_t length, uint32_t df, uint32_t doc_count, struct inline_list *list)
{
    const uint8_t *at = bytes, *end = bytes + length;
    uint64_t next_doc = 0, gap;
    uint32_t position_count = 0, more;
    if (df == 0 || df > INLINE_POSTINGS_MAX) return "an inline list can't have so many postings";
    list->df = df;
    for (uint32_t i = 0; i < df; i++) {
        if (!varint_read(&at, end, &gap)) return "an inline list is cut short";
        list->tfs[i] = 1;
        if (gap & 1) {
            if (!varint_read_u32(&at, end, &more)) return "an inline list is cut short";
            if (more > INLINE_POSITIONS_MAX - 2) return "an inline list can't have so many positions";
            list->tfs[i] = more + 2;
        }
        gap >>= 1;
        if (next_doc >= doc_count || gap >= doc_count - next_doc) return "an inline list has a document that the segment has not";
        list->docs[i] = (uint32_t)(next_doc + gap);
        next_doc += gap + 1;
        if (list->tfs[i] > INLINE_POSITIONS_MAX - position_count) return "an inline list can't have so many positions";
        uint64_t next = 0;
        for (uint32_t j = 0; j < list->tfs[i]; j++) {
            if (!varint_read(&at, end, &gap)) return "an inline list is cut short";
            if (next > UINT32_MAX || gap > UINT32_MAX - next) return "an inline list has a position past 32 bits";
            list->positions[position_count++] = (uint32_t)(next + gap);
            next += gap + 1;
        }
    }
    return read_forms(at, (size_t)(end - at), position_count, list);
}
