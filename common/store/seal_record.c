#include "seal_record.h"

#include "bytes.h"
#include "checksum.h"
#include "tree_page.h"

enum { SEAL_VERSION = 1 };

void seal_record_encode(const struct seal_record *record, struct buffer *out)
{
    buffer_append_u32(out, SEAL_VERSION);
    buffer_append_u32(out, record->first_count);
    buffer_append_u32(out, record->terms_count);
    buffer_append_u32(out, record->page_count);
    buffer_append_u32(out, record->terms_root);
    buffer_append_u32(out, record->terms_depth);
    if (!out->failed) buffer_append_u32(out, checksum(0, out->bytes, out->length));
    buffer_append(out, "Seal", 4);
}

static struct seal_record read_record(const uint8_t *at)
{
    return (struct seal_record){load_u32(at + 4), load_u32(at + 8), load_u32(at + 12), load_u32(at + 16), load_u32(at + 20)};
}

const char *seal_record_size(const uint8_t *tail, size_t tail_length, uint64_t length, size_t *size)
{
    if (length < 2 * TREE_PAGE + SEAL_RECORD || tail_length < SEAL_RECORD) return "cut short: it is no segment";
    const uint8_t *at = tail + tail_length - SEAL_RECORD;
    if (memcmp(at + 28, "Seal", 4) != 0) return "cut short, or never completed: it does not end in a seal";
    if (load_u32(at) != SEAL_VERSION) return "its seal is of an unknown version";
    const struct seal_record record = read_record(at);
    uint64_t entries = (uint64_t)SEAL_ENTRY * ((uint64_t)record.first_count + record.terms_count);
    if ((uint64_t)record.page_count * TREE_PAGE + entries + SEAL_RECORD != length) return "its seal does not fit its length";
    *size = (size_t)entries + SEAL_RECORD;
    return NULL;
}

const char *seal_record_decode(const uint8_t *tail, size_t tail_length, uint64_t length, struct seal_record *record)
{
    size_t size;
    const char *rule = seal_record_size(tail, tail_length, length, &size);
    if (rule) return rule;
    if (size > tail_length) return "cut short: its seal is not there as a whole";
    const uint8_t *at = tail + tail_length - SEAL_RECORD;
    if (checksum(0, tail + tail_length - size, size - 8) != load_u32(at + 24)) return "its seal does not have its checksum";
    *record = read_record(at);
    if (record->terms_root == SEAL_NO_ROOT)
        return record->terms_count == 0 ? NULL : "its seal has pages of a dictionary without a root";
    if (record->terms_depth >= 1 && record->terms_depth <= TREE_DEPTH_MOST) return NULL;
    return "its seal says the dictionary has an impossible depth";
}
