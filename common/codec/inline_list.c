/* For each posting: (documents skipped since the one before) * 2 + (more than one occurrence), occurrences less two if so, then
 * positions as gaps, all varints. No version of its own: it is part of a term block, which has one. */
#include "inline_list.h"

#include "varint.h"

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
    return at == end ? NULL : "an inline list is longer than its postings";
}
