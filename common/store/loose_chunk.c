#include "loose_chunk.h"

#include "bytes.h"
#include "checksum.h"
#include "section.h"
#include "status.h"
#include "tree_page.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

size_t loose_chunk_sound(const struct loose_chunk *chunk, size_t at)
{
    size_t end = at;
    for (size_t sector = at / SECTION_SECTOR; sector < section_sectors(chunk->length); sector++) {
        size_t begin = sector * SECTION_SECTOR, left = chunk->length - begin;
        size_t size = left < SECTION_SECTOR ? left : SECTION_SECTOR;
        if (checksum(0, chunk->bytes + begin, size) != load_u32(chunk->checksums + 4 * sector)) break;
        end = begin + size;
    }
    return end - at;
}

/* Whether a value that ends there is a chunk. `room`: bytes before that it may have. */
static bool loose_chunk_ends(const uint8_t *end, size_t room, struct loose_chunk *chunk)
{
    if (room < SECTION_FOOTER) return false;
    const uint8_t *footer = end - SECTION_FOOTER;
    uint64_t payload = load_u64(footer + 4);
    uint32_t sectors = load_u32(footer + 12);
    if (load_u32(footer) != SECTION_VERSION || payload == 0 || payload > room) return false;
    size_t size = section_value_size((size_t)payload), table = 4 * (size_t)sectors;
    if (size > room || sectors != section_sectors((size_t)payload)) return false;
    if (checksum(0, footer - table, table + SECTION_FOOTER - 4) != load_u32(footer + SECTION_FOOTER - 4)) return false;
    *chunk = (struct loose_chunk){end - size, (size_t)payload, footer - table};
    return true;
}

/* Small ones are in the leaves. */
static bf_status loose_chunk_leaf(const uint8_t *page, uint64_t page_count,
                                  bf_status (*found)(void *context, const struct loose_chunk *chunk, bf_error *error),
                                  void *context, bf_error *error)
{
    bf_status status = BF_OK;
    if (tree_page_flags(page) != TREE_LEAF || tree_page_rule(page, page_count)) return BF_OK;
    for (unsigned i = 0; status == BF_OK && i < tree_page_count(page); i++) {
        const uint8_t *node = tree_page_node(page, i);
        struct loose_chunk chunk;
        size_t size = tree_node_size(node);
        if (tree_node_flags(node) != 0 || !loose_chunk_ends(tree_node_data(node) + size, size, &chunk)) continue;
        if (section_value_size(chunk.length) == size) status = found(context, &chunk, error);
    }
    return status;
}

static bf_status loose_chunk_walk(const uint8_t *file, size_t length,
                                  bf_status (*found)(void *context, const struct loose_chunk *chunk, bf_error *error),
                                  void *context, bf_error *error)
{
    bf_status status = BF_OK;
    for (size_t end = TREE_PAGE; status == BF_OK && end <= length; end += TREE_PAGE) {
        struct loose_chunk chunk;
        if (loose_chunk_ends(file + end, end, &chunk) && (size_t)(chunk.bytes - file) % TREE_PAGE == TREE_PAGE_HEAD)
            status = found(context, &chunk, error);
        else status = loose_chunk_leaf(file + end - TREE_PAGE, length / TREE_PAGE, found, context, error);
    }
    return status;
}

bf_status loose_chunk_each(const char *path, bf_status (*found)(void *context, const struct loose_chunk *chunk, bf_error *error),
                           void *context, bf_error *error)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail_system(error, errno, "%s", path);
    bf_status status = fstat(fd, &about) == 0 ? BF_OK : fail_system(error, errno, "%s", path);
    size_t length = status == BF_OK ? (size_t)about.st_size : 0;
    if (length) {
        const uint8_t *file = mmap(NULL, length, PROT_READ, MAP_SHARED, fd, 0);
        if (file == MAP_FAILED) {
            status = fail_system(error, errno, "%s", path);
        } else {
            status = loose_chunk_walk(file, length, found, context, error);
            munmap((void *)(uintptr_t)file, length);
        }
    }
    close(fd);
    return status;
}
