#include "terminal.h"

#include "code_point.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_DEFAULT = 80, COLUMNS_LEAST = 20, COLUMNS_MOST = 10000 };

bool color_choice_parse(const char *word, enum color_choice *choice)
{
    if (!word || strcmp(word, "auto") == 0) *choice = COLOR_AUTO;
    else if (strcmp(word, "always") == 0) *choice = COLOR_ALWAYS;
    else if (strcmp(word, "never") == 0) *choice = COLOR_NEVER;
    else return false;
    return true;
}

bool terminal_wants_color(enum color_choice choice, int descriptor)
{
    if (choice != COLOR_AUTO) return choice == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no_color && *no_color) return false;
    if (!term || !*term || strcmp(term, "dumb") == 0) return false;
    return isatty(descriptor);
}

unsigned terminal_columns(int descriptor)
{
    unsigned long columns = 0;
    const char *set = getenv("COLUMNS");
    if (set && *set >= '0' && *set <= '9') {
        char *end;
        columns = strtoul(set, &end, 10);
        if (*end) columns = 0;
    }
    struct winsize size;
    if (!columns && ioctl(descriptor, TIOCGWINSZ, &size) == 0) columns = size.ws_col;
    if (!columns) columns = COLUMNS_DEFAULT;
    if (columns < COLUMNS_LEAST) columns = COLUMNS_LEAST;
    if (columns > COLUMNS_MOST) columns = COLUMNS_MOST;
    return (unsigned)columns;
}

uint32_t terminal_safe(uint32_t code_point)
{
    if (code_point == CODE_POINT_INVALID) return 0xFFFD;
    if (!code_point_is_hostile(code_point)) return code_point;
    if (code_point >= '\t' && code_point <= '\r') return ' ';
    if (code_point < 0x20) return 0x2400 + code_point;
    if (code_point == 0x7F) return 0x2421;
    if (code_point == 0x85 || code_point == 0x2028 || code_point == 0x2029) return ' ';
    return code_point < 0xA0 ? 0xFFFD : 0;
}

void terminal_append_code_point(struct buffer *out, uint32_t code_point)
{
    uint8_t bytes[4];
    size_t size;
    if (code_point < 0x80) {
        bytes[0] = (uint8_t)code_point;
        size = 1;
    } else if (code_point < 0x800) {
        bytes[0] = (uint8_t)(0xC0 | code_point >> 6);
        size = 2;
    } else if (code_point < 0x10000) {
        bytes[0] = (uint8_t)(0xE0 | code_point >> 12);
        size = 3;
    } else {
        bytes[0] = (uint8_t)(0xF0 | (code_point >> 18 & 7));
        size = 4;
    }
    for (size_t i = 1; i < size; i++) bytes[i] = (uint8_t)(0x80 | (code_point >> (6 * (size - 1 - i)) & 0x3F));
    buffer_append(out, bytes, size);
}

void terminal_append_text(struct buffer *out, bf_text text)
{
    size_t written = 0; /* everything before is in the buffer; harmless runs go in whole */
    size_t taken;
    for (size_t at = 0; at < text.length; at += taken) {
        unsigned char byte = (unsigned char)text.bytes[at];
        taken = 1;
        if (byte >= 0x20 && byte < 0x7F) continue;
        uint32_t value = code_point_read(text.bytes + at, text.length - at, &taken);
        uint32_t safe = terminal_safe(value);
        if (safe == value) continue;
        buffer_append(out, text.bytes + written, at - written);
        if (safe) terminal_append_code_point(out, safe);
        written = at + taken;
    }
    if (written < text.length) buffer_append(out, text.bytes + written, text.length - written);
}

void terminal_append_string(struct buffer *out, const char *string)
{
    terminal_append_text(out, (bf_text){string, strlen(string)});
}
