/* Any bytes as the file of a damaged segment: chunks found by their footers, dictionaries, article blocks. Footers and sectors get the
 * checksums they should have, so that what lies behind them is reached. */
#include "article_salvage.h"
#include "bytes.h"
#include "checksum.h"
#include "section.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGE = 4096, PAGE_HEAD = 16 };

static bf_status salvaged(void *context, const bf_article *article, bf_error *error)
{
    uint64_t *bytes = context;
    (void)error;
    *bytes += article->id.length + article->title.length + article->body.length;
    for (size_t i = 0; i < article->body.length; i += 512) *bytes += (uint8_t)article->body.bytes[i];
    return BF_OK;
}

/* The bytes as the payload of one chunk, as a segment's file has it: behind two pages, and a page's head. */
static size_t chunk_make(const uint8_t *data, size_t size, uint8_t *file)
{
    size_t value = section_value_size(size), sectors = section_sectors(size), at = 2 * PAGE + PAGE_HEAD;
    memcpy(file + at, data, size);
    uint8_t *footer = file + at + value - SECTION_FOOTER, *table = footer - 4 * sectors;
    for (size_t sector = 0; sector < sectors; sector++) {
        size_t first = sector * SECTION_SECTOR, length = size - first < SECTION_SECTOR ? size - first : SECTION_SECTOR;
        store_u32(table + 4 * sector, checksum(0, data + first, length));
    }
    store_u32(footer, SECTION_VERSION);
    store_u64(footer + 4, size);
    store_u32(footer + 12, (uint32_t)sectors);
    store_u32(footer + 16, checksum(0, table, 4 * sectors + 16));
    return at + value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    bf_error error;
    uint64_t bytes = 0;
    if (size < 2 || size > 1 << 20) return 0;
    bool is_chunk = data[0] & 1;
    size_t room = 4 * PAGE + 2 * size, length = size - 1;
    uint8_t *file = calloc(1, room);
    if (!file) return 0;
    if (is_chunk) length = chunk_make(data + 1, size - 1, file);
    else memcpy(file, data + 1, length);
    if (is_chunk && data[0] & 2) file[2 * PAGE + PAGE_HEAD + (size - 1) / 2] ^= 0x55; /* one sector is damaged */
    int fd = memfd_create("salvage", MFD_CLOEXEC);
    if (fd < 0 || write(fd, file, length) != (ssize_t)length) abort();
    free(file);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bf_status status = article_salvage(path, salvaged, &bytes, &error);
    if (status != BF_OK && status != BF_NO_MEMORY) abort();
    close(fd);
    return 0;
}
