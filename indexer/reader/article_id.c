#include "article_id.h"

#include "hash.h"

#include <stdio.h>
#include <string.h>

const char *article_id_rule(bf_text id)
{
    if (id.length == 0) return "the id is empty";
    if (id.length > BF_ID_MAX) return "the id is longer than 400 bytes";
    for (size_t i = 0; i < id.length; i++)
        if ((uint8_t)id.bytes[i] < 0x20 || id.bytes[i] == 0x7f) return "the id holds a control character";
    return NULL;
}

bf_text article_id_derive(struct arena *arena, const char *path, uint64_t record)
{
    size_t path_length = strlen(path);
    size_t room = path_length + 24; /* '#', 20 digits of the largest record number, NUL */
    char *id = arena_take(arena, room);
    if (!id) return (bf_text){0};
    memcpy(id, path, path_length + 1);
    size_t length = path_length;
    if (record) length += (size_t)snprintf(id + path_length, room - path_length, "#%llu", (unsigned long long)record);
    if (length > BF_ID_MAX) {
        uint64_t hash = hash_bytes(id, length);
        size_t kept = BF_ID_MAX - 17;
        while (kept > 0 && ((uint8_t)id[kept] & 0xc0) == 0x80) kept--; /* not inside a character */
        length = kept + (size_t)snprintf(id + kept, room - kept, "~%016llx", (unsigned long long)hash);
    }
    return (bf_text){id, length};
}
