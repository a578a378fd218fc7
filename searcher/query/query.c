#include "query.h"

#include "code_point.h"
#include "query_build.h"
#include "status.h"
#include "utf8.h"

#include <string.h>

/* The text without what no query needs: controls are spaces, signs that turn the reading order are gone, what is not
 * UTF-8 is U+FFFD. */
static void query_clean(const char *text, struct buffer *clean, struct query_notes *notes)
{
    size_t length = strlen(text), taken, plain = 0;
    char encoded[4];
    while (plain < length && text[plain] >= ' ' && text[plain] < 0x7F) plain++;
    buffer_append(clean, text, plain);
    for (size_t at = plain; at < length; at += taken) {
        uint32_t here = code_point_read(text + at, length - at, &taken);
        if (here == CODE_POINT_INVALID) {
            query_note(notes, "the query is not all UTF-8; what is not separates words");
            here = 0xFFFD;
        } else if (code_point_is_hostile(here)) {
            bool turns = (here >= 0x202A && here <= 0x202E) || here >= 0x2066;
            if (turns) continue;
            here = ' ';
        }
        buffer_append(clean, encoded, utf8_put(here, encoded));
    }
    if (clean->length > BF_ARTICLE_MAX) {
        query_note(notes, "the query is longer than 256 MiB; the rest is left out");
        clean->length = utf8_back((const char *)clean->bytes, BF_ARTICLE_MAX);
    }
}

bf_status query_parse(const char *text, const struct query_options *options, struct analyzer *analyzer, struct arena *arena,
                      struct query **query, bf_error *error)
{
    bf_status status = BF_NO_MEMORY;
    const struct query_options standard = {0};
    if (!options) options = &standard;
    struct query_notes notes = {.arena = arena};
    struct lexeme lexeme_room[16];
    char clean_room[512];
    struct buffer clean = buffer_within(clean_room, sizeof clean_room), lexemes = buffer_within(lexeme_room, sizeof lexeme_room);
    struct syntax *syntax;
    struct query *made = arena_take_zeroed(arena, sizeof *made);
    query_clean(text, &clean, &notes);
    const char *kept = clean.failed ? NULL : arena_copy(arena, clean.bytes, clean.length);
    if (!made || !kept) goto done;

    query_lex(kept, clean.length, options->plain, arena, &lexemes, &notes);
    query_resolve(&lexemes, analyzer, arena, &notes);
    if (lexemes.failed || notes.failed) goto done;
    const struct lexeme *all = (const struct lexeme *)(const void *)lexemes.bytes;
    if (!query_parse_syntax(all, lexemes.length / sizeof *all, arena, &notes, &syntax)) goto done;
    if (!query_build(syntax, options, analyzer, arena, &notes, &made->root)) goto done;
    made->understood = query_show(made->root, options, arena);
    query_notes_close(&notes);
    if (!made->understood || notes.failed) goto done;
    made->notes = notes.lines;
    made->note_count = notes.count;
    *query = made;
    status = BF_OK;
done:
    buffer_free(&clean);
    buffer_free(&lexemes);
    return status == BF_OK ? BF_OK : fail_memory(error);
}
