#include "source_path.h"

#include "utf8.h"

#include <string.h>

void source_path_append(struct buffer *out, const char *path)
{
    size_t start = out->length;
    const char *at = path;
    if (*at == '/') buffer_append(out, "/", 1);
    size_t root = out->length;
    while (*at) {
        size_t length = strcspn(at, "/");
        if (length > 0 && !(length == 1 && *at == '.')) {
            if (out->length > root) buffer_append(out, "/", 1);
            size_t i = 0;
            while (i < length) {
                size_t valid = utf8_valid_prefix(at + i, length - i);
                size_t plain = 0;
                while (plain < valid && (uint8_t)at[i + plain] >= 0x20 && at[i + plain] != 0x7f) plain++;
                buffer_append(out, at + i, plain);
                i += plain;
                if (i < length) buffer_append_format(out, "%%%02X", (unsigned)(uint8_t)at[i++]);
            }
        }
        at += length;
        at += strspn(at, "/");
    }
    if (out->length == start) buffer_append(out, ".", 1);
}

bool source_path_hidden(const char *path)
{
    const char *at = path;
    while (*at) {
        size_t length = strcspn(at, "/");
        bool dots = length == 1 || (length == 2 && at[1] == '.');
        if (*at == '.' && !dots) return true;
        at += length;
        at += strspn(at, "/");
    }
    return false;
}
