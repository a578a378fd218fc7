#include "gzip_source.h"

#include "status.h"

#include <limits.h>
#include <stdlib.h>

enum { GZIP_ONLY = 16 + MAX_WBITS };

/* Makes sure that bytes from below lie ready to be inflated. */
static bf_status gzip_refill(struct gzip_source *gzip, bf_error *error)
{
    const uint8_t *bytes;
    size_t length;
    if (gzip->inflate.avail_in > 0) return BF_OK;
    bf_status status = byte_source_take(gzip->below, &bytes, &length, error);
    if (status != BF_OK) return status;
    if (length > UINT_MAX) return fail(error, BF_IO, "a block of %zu bytes is more than zlib takes", length);
    gzip->inflate.next_in = (z_const Bytef *)bytes;
    gzip->inflate.avail_in = (uInt)length;
    return BF_OK;
}

/* Between members: BF_OK when another one follows. Files padded to a whole number of blocks, as tapes were, end in zeros. */
static bf_status gzip_next_member(struct gzip_source *gzip, bf_error *error)
{
    for (;;) {
        bf_status status = gzip_refill(gzip, error);
        if (status != BF_OK) return status;
        if (!gzip->began || *gzip->inflate.next_in == 0x1f) break;
        if (*gzip->inflate.next_in != 0) return fail(error, BF_CORRUPT, "something else follows the gzip data");
        gzip->inflate.next_in++;
        gzip->inflate.avail_in--;
    }
    if (inflateReset(&gzip->inflate) != Z_OK) return fail(error, BF_CORRUPT, "zlib can't begin again");
    gzip->began = gzip->in_member = true;
    return BF_OK;
}

static bf_status gzip_next(struct byte_source *source, const uint8_t **bytes, size_t *length, bf_error *error)
{
    struct gzip_source *gzip = source->context;
    z_stream *inflate_state = &gzip->inflate;
    inflate_state->next_out = gzip->block;
    inflate_state->avail_out = BYTE_SOURCE_BLOCK;
    /* What was inflated before something went wrong is handed out first; the next call meets the same wrong again. */
    bf_status status = BF_OK;
    while (status == BF_OK && inflate_state->avail_out > 0) {
        if (!gzip->in_member) status = gzip_next_member(gzip, error);
        if (status == BF_OK) status = gzip_refill(gzip, error);
        if (status == BF_END && gzip->in_member) status = fail(error, BF_CORRUPT, "the gzip data is cut short");
        if (status != BF_OK) break;
        int got = inflate(inflate_state, Z_NO_FLUSH);
        if (got == Z_STREAM_END) {
            gzip->in_member = false;
        } else if (got == Z_MEM_ERROR) {
            status = fail_memory(error);
        } else if (got != Z_OK && got != Z_BUF_ERROR) {
            const char *words = inflate_state->msg ? inflate_state->msg : zError(got);
            status = fail(error, BF_CORRUPT, "the gzip data is damaged: %s", words);
        }
    }
    size_t made = BYTE_SOURCE_BLOCK - inflate_state->avail_out;
    if (made == 0 || (status != BF_OK && status != BF_END && status != BF_CORRUPT)) return status;
    *bytes = gzip->block;
    *length = made;
    return BF_OK;
}

bf_status gzip_source_open(struct gzip_source *gzip, struct byte_source *below, bf_error *error)
{
    *gzip = (struct gzip_source){.below = below, .block = malloc(BYTE_SOURCE_BLOCK)};
    if (!gzip->block || inflateInit2(&gzip->inflate, GZIP_ONLY) != Z_OK) {
        free(gzip->block);
        gzip->block = NULL;
        return fail_memory(error);
    }
    gzip->source = (struct byte_source){.next = gzip_next, .context = gzip, .fd = -1};
    return BF_OK;
}

void gzip_source_close(struct gzip_source *gzip)
{
    if (!gzip->block) return;
    inflateEnd(&gzip->inflate);
    byte_source_free(&gzip->source);
    free(gzip->block);
    gzip->block = NULL;
}
