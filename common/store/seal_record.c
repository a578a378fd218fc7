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

const char *seal_record_decode(const uint8_t *file, size_t length, struct seal_record *record)
{
    if (length < 2 * TREE_PAGE + SEAL_RECORD) return "cut short: it is no segment";
    const uint8_t *at = file + length - SEAL_RECORD;
    if (memcmp(at + 28, "Seal", 4) != 0) return "cut short, or never completed: it does not end in a seal";
    if (load_u32(at) != SEAL_VERSION) return "its seal is of an unknown version";
    *record = (struct seal_record){load_u32(at + 4), load_u32(at + 8), load_u32(at + 12), load_u32(at + 16), load_u32(at + 20)};
    uint64_t entries = (uint64_t)SEAL_ENTRY * ((uint64_t)record->first_count + record->terms_count);
    if ((uint64_t)record->page_count * TREE_PAGE + entries + SEAL_RECORD != length) return "its seal does not fit its length";
    if (checksum(0, at - entries, entries + 24) != load_u32(at + 24)) return "its seal does not have its checksum";
    if (record->terms_root == SEAL_NO_ROOT)
        return record->terms_count == 0 ? NULL : "its seal has pages of a dictionary without a root";
    if (record->terms_depth >= 1 && record->terms_depth <= TREE_DEPTH_MOST) return NULL;
    return "its seal says the dictionary has an impossible depth";
}
