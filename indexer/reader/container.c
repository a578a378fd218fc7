#include "container.h"

#include "gzip_source.h"
#include "source_path.h"
#include "status.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Telling what it is ---- */

#define GZIP_MAGIC "\x1f\x8b\x08"

/* POSIX.1-2017, pax, "ustar Interchange Format": the checksum at offset 148 is the sum of all header bytes with its own field
 * taken as spaces. Old archives summed signed bytes. */
static bool tar_header(const uint8_t *header)
{
    uint32_t stored = 0, unsigned_sum = 0;
    int32_t signed_sum = 0;
    size_t i = 148;
    while (i < 156 && header[i] == ' ') i++;
    size_t first = i;
    for (; i < 156 && header[i] >= '0' && header[i] <= '7'; i++) stored = stored * 8 + (uint32_t)(header[i] - '0');
    if (i == first || header[0] == 0) return false;
    for (size_t k = 0; k < 512; k++) {
        uint8_t byte = k >= 148 && k < 156 ? ' ' : header[k];
        unsigned_sum += byte;
        signed_sum += (int8_t)byte;
    }
    return stored == unsigned_sum || (int32_t)stored == signed_sum;
}

static bool begins(const uint8_t *bytes, size_t length, const char *magic, size_t magic_length)
{
    return length >= magic_length && memcmp(bytes, magic, magic_length) == 0;
}

const char *container_kind(const uint8_t *bytes, size_t length)
{
    if (begins(bytes, length, GZIP_MAGIC, 3)) return "gzip";
    if (begins(bytes, length, "\xfd" "7zXZ\0", 6)) return "xz";
    if (begins(bytes, length, "\x28\xb5\x2f\xfd", 4)) return "zstd";
    /* a skippable frame */
    if (length >= 4 && (bytes[0] & 0xf0) == 0x50 && memcmp(bytes + 1, "\x2a\x4d\x18", 3) == 0) return "zstd";
    if (begins(bytes, length, "BZh", 3) && length >= 10 && bytes[3] >= '1' && bytes[3] <= '9' &&
        (memcmp(bytes + 4, "\x31\x41\x59\x26\x53\x59", 6) == 0 || memcmp(bytes + 4, "\x17\x72\x45\x38\x50\x90", 6) == 0))
        return "bzip2";
    if (begins(bytes, length, "PK\3\4", 4) || begins(bytes, length, "PK\5\6", 4)) return "zip";
    if (begins(bytes, length, "PK\7\10PK", 6)) return "zip"; /* one part of a split archive */
    if (length >= 512 && tar_header(bytes)) return "tar";
    return NULL;
}

/* ---- Reading it ---- */

struct container {
    struct byte_source *below;
    struct gzip_source gzip; /* between the caller's source and the archive when that is gzip */
    struct archive *archive;
    struct byte_source member;
    struct buffer name;
    uint8_t *block;
    bool member_open;
    bf_status below_status; /* what made a callback fail, when it was not the bytes */
    bf_error below_error;
    bool below_told; /* a member has ended with it */
    uint64_t member_count;
    locale_t utf8; /* libarchive gives names in the thread's locale; (locale_t)0 where there is none with UTF-8 */
};

static la_ssize_t container_read(struct archive *archive, void *context, const void **bytes)
{
    struct container *container = context;
    const uint8_t *block;
    size_t length;
    bf_status status = byte_source_take(container->below, &block, &length, &container->below_error);
    if (status == BF_END) return 0;
    if (status != BF_OK) {
        container->below_status = status;
        /* As the end for now: told of a failure, libarchive would give up what it holds and hasn't handed out. */
        if (status == BF_CORRUPT) return 0;
        archive_set_error(archive, EIO, "%s", container->below_error.message);
        return ARCHIVE_FATAL;
    }
    *bytes = block;
    return (la_ssize_t)length;
}

/* Zip keeps its directory at the end; with a way to get there libarchive trusts it rather than the members' own headers. */
static la_int64_t container_seek(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    struct container *container = context;
    (void)archive;
    off_t at = lseek(container->below->fd, (off_t)offset, whence);
    if (at < 0) return ARCHIVE_FATAL;
    container->below->ahead_at = container->below->ahead.length;
    container->below->ended = BF_OK;
    return at;
}

/* The words for what is wrong with the bytes. */
static bf_status container_broken(struct container *container, const char *what, bf_error *error)
{
    if (container->below_status != BF_OK) {
        if (error) *error = container->below_error;
        return container->below_status;
    }
    const char *words = archive_error_string(container->archive);
    if (archive_errno(container->archive) == ENOMEM) return fail_memory(error);
    return fail(error, BF_CORRUPT, "%s%s", what, words ? words : "no end where one should be");
}

static bf_status member_next(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error)
{
    struct container *container = source->context;
    la_ssize_t got;
    do got = archive_read_data(container->archive, container->block, BYTE_SOURCE_BLOCK);
    while (got == ARCHIVE_RETRY);
    if (got < 0) return container_broken(container, "", error);
    if (got == 0 && container->below_status == BF_OK) return BF_END;
    if (got == 0) {
        container->below_told = true;
        return container_broken(container, "", error);
    }
    *bytes = container->block;
    *length = (size_t)got;
    return BF_OK;
}

bf_status container_open(struct byte_source *below, struct container **out, bf_error *error)
{
    bf_status status = BF_OK;
    struct container *container = calloc(1, sizeof *container);
    if (!container) return fail_memory(error);
    container->below = below;
    container->block = malloc(BYTE_SOURCE_BLOCK);
    container->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    container->archive = archive_read_new();
    struct archive *archive = container->archive;
    const uint8_t *begin;
    size_t begin_length;
    if (!container->block || !archive) {
        status = fail_memory(error);
        goto cleanup;
    }
    status = byte_source_peek(below, 3, &begin, &begin_length, error);
    if (status != BF_OK) goto cleanup;
    if (begins(begin, begin_length, GZIP_MAGIC, 3)) {
        status = gzip_source_open(&container->gzip, below, error);
        if (status != BF_OK) goto cleanup;
        container->below = &container->gzip.source;
    }
    if (archive_read_support_filter_gzip(archive) != ARCHIVE_OK || archive_read_support_filter_bzip2(archive) != ARCHIVE_OK ||
        archive_read_support_filter_xz(archive) != ARCHIVE_OK || archive_read_support_filter_zstd(archive) != ARCHIVE_OK ||
        archive_read_support_format_tar(archive) != ARCHIVE_OK || archive_read_support_format_zip(archive) != ARCHIVE_OK ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK || archive_read_support_format_empty(archive) != ARCHIVE_OK) {
        status = fail(error, BF_IO, "libarchive was built without a filter this needs: %s", archive_error_string(archive));
        goto cleanup;
    }
    archive_read_set_callback_data(archive, container);
    archive_read_set_read_callback(archive, container_read);
    if (container->below->fd >= 0) archive_read_set_seek_callback(archive, container_seek);
    if (archive_read_open1(archive) != ARCHIVE_OK) status = container_broken(container, "can't be opened: ", error);
cleanup:
    if (status != BF_OK) {
        container_close(container);
    } else {
        *out = container;
    }
    return status;
}

/* Which kinds of member hold bytes. */
static const char *member_not_read(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry)) return "a second name of another member";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG: return NULL;
    case AE_IFLNK: return "a symbolic link";
    case AE_IFIFO: return "a named pipe";
    case AE_IFSOCK: return "a socket";
    case AE_IFCHR:
    case AE_IFBLK: return "a device";
    default: return NULL; /* zip often doesn't say */
    }
}

static bf_status container_next_member(struct container *container, struct container_member *member, bf_error *error)
{
    struct archive_entry *entry;
    for (;;) {
        byte_source_free(&container->member);
        int got = archive_read_next_header(container->archive, &entry);
        if (got == ARCHIVE_EOF) {
            if (container->below_status != BF_OK && !container->below_told)
                return container_broken(container, "can't be read: ", error);
            return BF_END;
        }
        if (got == ARCHIVE_RETRY) continue;
        if (got < ARCHIVE_WARN) return container_broken(container, "damaged or cut short: ", error);
        if (archive_entry_filetype(entry) != AE_IFDIR) break;
    }
    container->member_count++;
    *member = (struct container_member){.bytes = &container->member};
    if (archive_format(container->archive) != ARCHIVE_FORMAT_RAW) {
        /* archive_entry_pathname gives the bytes as they stand where it can; a name it can't spell in this locale it may spell
         * in UTF-8. */
        const char *name = archive_entry_pathname(entry);
        if (!name) name = archive_entry_pathname_utf8(entry);
        buffer_clear(&container->name);
        if (name) {
            source_path_append(&container->name, name);
        } else {
            buffer_append_format(&container->name, "member-%llu", (unsigned long long)container->member_count);
        }
        member->name = buffer_string(&container->name);
        if (!member->name) return fail_memory(error);
        member->not_read = member_not_read(entry);
    }
    container->member = (struct byte_source){.next = member_next, .context = container, .fd = -1};
    return BF_OK;
}

bf_status container_next(struct container *container, struct container_member *member, bf_error *error)
{
    locale_t before = container->utf8 ? uselocale(container->utf8) : (locale_t)0;
    bf_status status = container_next_member(container, member, error);
    if (container->utf8) uselocale(before);
    return status;
}

void container_close(struct container *container)
{
    if (!container) return;
    byte_source_free(&container->member);
    if (container->archive) archive_read_free(container->archive);
    gzip_source_close(&container->gzip);
    buffer_free(&container->name);
    if (container->utf8) freelocale(container->utf8);
    free(container->block);
    free(container);
}
