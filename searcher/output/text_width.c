#include "text_width.h"

#include "code_point.h"
#include "terminal.h"

#include <utf8proc.h>

static unsigned code_point_columns(uint32_t code_point)
{
    uint32_t safe = terminal_safe(code_point);
    if (safe >= 0x20 && safe < 0x7F) return 1;
    int columns = safe ? utf8proc_charwidth((utf8proc_int32_t)safe) : 0;
    return columns > 0 ? (unsigned)columns : 0;
}

struct cluster cluster_read(const char *bytes, size_t at, size_t end)
{
    size_t taken;
    uint32_t last = code_point_read(bytes + at, end - at, &taken);
    struct cluster cluster = {at + taken, code_point_columns(last), last};
    utf8proc_int32_t state = 0;
    while (cluster.end < end) {
        if (last < 0x80 && (unsigned char)bytes[cluster.end] < 0x80) break; /* CR LF is the exception, and is blank */
        uint32_t next = code_point_read(bytes + cluster.end, end - cluster.end, &taken);
        if (last == CODE_POINT_INVALID || next == CODE_POINT_INVALID) break;
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)last, (utf8proc_int32_t)next, &state)) break;
        cluster.end += taken;
        cluster.columns += code_point_columns(next);
        last = next;
    }
    return cluster;
}

size_t text_columns(bf_text text)
{
    size_t columns = 0;
    for (size_t at = 0; at < text.length;) {
        struct cluster cluster = cluster_read(text.bytes, at, text.length);
        columns += cluster.columns;
        at = cluster.end;
    }
    return columns;
}
