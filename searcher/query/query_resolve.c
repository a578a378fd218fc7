#include "query_date.h"
#include "query_parser.h"
#include "query_words.h"

#include <string.h>

struct scope {
    enum lexeme_scope scope;
    enum query_field field;
};

static bool is_operand(enum lexeme_kind kind)
{
    return kind == LEXEME_WORD || kind == LEXEME_PHRASE || kind == LEXEME_ID || kind == LEXEME_DATE;
}

static bool is_operator(enum lexeme_kind kind) { return kind == LEXEME_AND || kind == LEXEME_OR || kind == LEXEME_NOT; }

static void resolve_date(struct lexeme *lexeme, struct arena *arena, struct query_notes *notes)
{
    char canonical[QUERY_DATE_SIZE], excerpt[QUERY_EXCERPT_SIZE];
    if (query_date_read(lexeme->text, lexeme->length, &lexeme->date_from, &lexeme->date_to, canonical, notes)) {
        lexeme->kind = LEXEME_DATE;
        lexeme->length = strlen(canonical);
        lexeme->text = arena_copy(arena, canonical, lexeme->length);
        notes->failed |= !lexeme->text;
        if (lexeme->boost != 1) query_note(notes, "a date filters and does not rank; its ^ says nothing");
        if (lexeme->near) query_note(notes, "a date is no phrase; its ~ says nothing");
    } else {
        query_note(notes, "%s is not a date; it is taken as words", query_excerpt(lexeme->text, lexeme->length, excerpt));
    }
    lexeme->scope = SCOPE_NONE;
}

/* Leaves the = only where it says something. */
static void resolve_exact(struct lexeme *lexeme, struct analyzer *analyzer, struct query_notes *notes)
{
    char excerpt[QUERY_EXCERPT_SIZE];
    size_t exact_count, ngram_count;
    struct token ngram;
    bool asked = lexeme->exact == EXACT_ALL;
    if (lexeme->exact == EXACT_NONE) return;
    if (!analyzer_has_forms(analyzer)) { /* a phrase may then have words that begin with a = */
        if (asked) query_note(notes, "this index has no stems: every word is looked for as it is, and a = says nothing");
        lexeme->exact = EXACT_NONE;
        return;
    }
    query_words_exact(analyzer, lexeme->text, lexeme->length, lexeme->exact, &exact_count, &ngram_count, &ngram);
    if (exact_count > 0 && lexeme->scope == SCOPE_FIELD && lexeme->field > QUERY_BODY) {
        query_note(notes, "a = says something of words in title and body; in %s: it says nothing",
                   query_field_name(lexeme->field));
        exact_count = 0;
    } else if (exact_count > 0 && exact_count == ngram_count) {
        query_note(notes, "%s is looked for as it is; a = says nothing of it",
                   query_excerpt(lexeme->text + ngram.start, ngram.length, excerpt));
    }
    if (exact_count == 0 || exact_count == ngram_count) lexeme->exact = EXACT_NONE;
}

static void resolve_operand(struct lexeme *lexeme, struct analyzer *analyzer, struct arena *arena, struct query_notes *notes)
{
    char excerpt[QUERY_EXCERPT_SIZE];
    if (lexeme->scope == SCOPE_DATE) resolve_date(lexeme, arena, notes);
    if (lexeme->kind == LEXEME_DATE) return;
    if (lexeme->length == 0) {
        query_note(notes, "quotation marks with nothing between them are left out");
        lexeme->kind = LEXEME_NOTHING;
    } else if (lexeme->kind != LEXEME_ID && !query_words_any(analyzer, lexeme->text, lexeme->length, &notes->failed)) {
        query_note(notes, "%s has no word in it; it is left out", query_excerpt(lexeme->text, lexeme->length, excerpt));
        lexeme->kind = LEXEME_NOTHING;
    } else if (lexeme->kind != LEXEME_ID) {
        resolve_exact(lexeme, analyzer, notes);
    }
}

void query_resolve(struct buffer *lexemes, struct analyzer *analyzer, struct arena *arena, struct query_notes *notes)
{
    if (lexemes->failed) return;
    struct lexeme *all = (struct lexeme *)(void *)lexemes->bytes;
    size_t count = lexemes->length / sizeof *all, kept = 0, operands = 0, too_deep = 0;
    struct scope scopes[QUERY_DEPTH_MAX + 1]; /* set as deep as brackets are open */
    unsigned depth = 0;
    scopes[0] = (struct scope){0};
    for (size_t i = 0; i < count; i++) {
        struct lexeme lexeme = all[i];
        if (lexeme.kind == LEXEME_OPEN || lexeme.kind == LEXEME_WORD || lexeme.kind == LEXEME_PHRASE) {
            if (lexeme.scope == SCOPE_NONE) {
                lexeme.scope = scopes[depth].scope;
                lexeme.field = scopes[depth].field;
            }
        }
        if (lexeme.kind == LEXEME_OPEN) {
            if (depth == QUERY_DEPTH_MAX) {
                query_note(notes, "brackets more than %d deep are left out", QUERY_DEPTH_MAX);
                too_deep++;
                continue;
            }
            scopes[++depth] = (struct scope){lexeme.scope, lexeme.field};
        } else if (lexeme.kind == LEXEME_CLOSE) {
            if (depth == 0) query_note(notes, "a closing bracket closes nothing");
            if (depth == 0 || too_deep > 0) {
                too_deep -= too_deep > 0;
                continue;
            }
            depth--;
        } else if (is_operand(lexeme.kind)) {
            resolve_operand(&lexeme, analyzer, arena, notes);
            operands += is_operand(lexeme.kind);
        }
        all[kept++] = lexeme;
    }
    for (size_t i = 0; operands == 0 && i < kept; i++) {
        if (!is_operator(all[i].kind)) continue;
        query_note(notes, "%.*s is taken as a word, there being nothing to join", (int)all[i].length, all[i].text);
        all[i].kind = LEXEME_WORD;
    }
    lexemes->length = kept * sizeof *all;
    if (depth > 0) query_note(notes, "an opening bracket is not closed; it reaches to the end");
    for (; depth > 0; depth--) {
        struct lexeme close = {.kind = LEXEME_CLOSE, .boost = 1};
        buffer_append(lexemes, &close, sizeof close);
    }
}
