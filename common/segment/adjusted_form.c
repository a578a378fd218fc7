#include "adjusted_form.h"

#include "bytes.h"
#include "checksum.h"
#include "varint.h"

#include <string.h>

void adjusted_forms_encode(const struct term_adjustment *adjustment, const uint8_t *term, uint32_t term_length,
                           const struct form *forms, uint32_t count, struct buffer *out)
{
    size_t start = out->length;
    varint_append(out, adjustment->df);
    varint_append(out, adjustment->cf);
    varint_append(out, adjustment->title_df);
    for (uint32_t i = 0; i < count; i++) {
        form_append(term, term_length, forms[i].bytes, forms[i].length, out);
        varint_append(out, forms[i].counts.df);
        varint_append(out, forms[i].counts.title_df);
    }
    if (!out->failed) buffer_append_u32(out, checksum(0, out->bytes + start, out->length - start));
}

const char *adjusted_form_open(struct adjusted_form_reader *reader, const uint8_t *bytes, size_t length, const uint8_t *term,
                               uint32_t term_length)
{
    struct term_adjustment adjustment;
    size_t taken;
    *reader = (struct adjusted_form_reader){.term = term, .term_length = term_length};
    if (length == 0) return NULL;
    const char *rule = manifest_adjustment_decode(bytes, length, &adjustment, &taken);
    if (rule) return rule;
    if (term_length > FORM_MAX) return "a form is too long";
    reader->at = bytes + taken;
    reader->end = bytes + length - 4;
    reader->only_term = reader->at == reader->end;
    reader->taken = (struct form_counts){adjustment.df, adjustment.title_df};
    return NULL;
}

const char *adjusted_form_next(struct adjusted_form_reader *reader, bool *more)
{
    *more = reader->only_term || reader->at != reader->end;
    if (!*more) return NULL;
    if (reader->only_term) {
        reader->only_term = false;
        if (reader->term_length) memcpy(reader->form, reader->term, reader->term_length);
        reader->form_length = reader->term_length;
        return NULL;
    }
    const char *rule =
        form_read(&reader->at, reader->end, reader->term, reader->term_length, reader->form, &reader->form_length);
    if (!rule && (!varint_read_u32(&reader->at, reader->end, &reader->taken.df) ||
                  !varint_read_u32(&reader->at, reader->end, &reader->taken.title_df)))
        rule = "what deletions took from a form is cut short";
    return rule;
}
