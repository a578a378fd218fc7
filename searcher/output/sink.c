#include "sink.h"

#include "status.h"

#include <errno.h>

enum { SINK_MUCH = 1 << 18 };

static bf_status sink_write(struct sink *sink, bool through, bf_error *error)
{
    if (sink->failed) return fail(error, BF_IO, "%s: writing failed before", sink->name);
    if (sink->bytes.failed) return fail_memory(error);
    errno = 0;
    bool written = fwrite(sink->bytes.bytes ? sink->bytes.bytes : (const uint8_t *)"", 1, sink->bytes.length, sink->file) ==
                   sink->bytes.length;
    if (written && through) written = fflush(sink->file) == 0;
    buffer_clear(&sink->bytes);
    if (written) return BF_OK;
    sink->failed = true;
    sink->reader_gone = errno == EPIPE;
    return fail_system(error, errno ? errno : EIO, "%s", sink->name);
}

bf_status sink_turn(struct sink *sink, bf_error *error)
{
    if (sink->bytes.length < SINK_MUCH && !sink->bytes.failed) return BF_OK;
    return sink_write(sink, false, error);
}

bf_status sink_finish(struct sink *sink, bf_error *error)
{
    return sink_write(sink, true, error);
}

void sink_free(struct sink *sink)
{
    buffer_free(&sink->bytes);
}
