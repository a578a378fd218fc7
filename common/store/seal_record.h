/* The record at the end of a sealed file: how many entries stand before it. FORMAT.md, "Seal". Bytes only. */
#ifndef STORE_SEAL_RECORD_H
#define STORE_SEAL_RECORD_H

#include "buffer.h"

enum {
    SEAL_ENTRY = 8,      /* u32 page, u32 its checksum */
    SEAL_RECORD = 32,
};
#define SEAL_NO_ROOT UINT32_MAX /* the dictionary is empty */

struct seal_record {
    uint32_t first_count, terms_count; /* entries of pages verified at once, and of the dictionary's */
    uint32_t page_count;               /* of the file, before the entries */
    uint32_t terms_root, terms_depth;
};

/* `out` holds the entries and nothing else. */
void seal_record_encode(const struct seal_record *record, struct buffer *out);

/* Given the last bytes of a file of `length` bytes, at least those of the record: how many of its last bytes are the seal,
 * entries and record. NULL, or the broken rule. */
const char *seal_record_size(const uint8_t *tail, size_t tail_length, uint64_t length, size_t *size);

/* The same bytes, or more, that must hold the whole seal. Afterwards the entries end where the record begins. */
const char *seal_record_decode(const uint8_t *tail, size_t tail_length, uint64_t length, struct seal_record *record);

#endif
