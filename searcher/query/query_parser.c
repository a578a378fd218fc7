#include "query_parser.h"

struct parser {
    const struct lexeme *lexemes;
    size_t count, at;
    struct arena *arena;
    struct query_notes *notes;
    bool failed;
};

static struct syntax *parse_sequence(struct parser *parser);

static bool next_is(const struct parser *parser, enum lexeme_kind kind)
{
    return parser->at < parser->count && parser->lexemes[parser->at].kind == kind;
}

static bool operand_follows(const struct parser *parser)
{
    return parser->at < parser->count && !next_is(parser, LEXEME_CLOSE) && !next_is(parser, LEXEME_AND) &&
           !next_is(parser, LEXEME_OR);
}

static const char *operator_name(enum lexeme_kind kind) { return kind == LEXEME_AND ? "AND" : kind == LEXEME_OR ? "OR" : "NOT"; }

static void note_stray(struct parser *parser, enum lexeme_kind kind, const char *where)
{
    query_note(parser->notes, "%s with nothing %s joins nothing and is left out", operator_name(kind), where);
}

static struct syntax *syntax_new(struct parser *parser, enum syntax_kind kind)
{
    struct syntax *syntax = arena_take_zeroed(parser->arena, sizeof *syntax);
    if (!syntax) {
        parser->failed = true;
        return NULL;
    }
    syntax->kind = kind;
    syntax->boost = 1;
    return syntax;
}

static void syntax_add(struct syntax *parent, struct syntax *child)
{
    if (parent->last) parent->last->next = child;
    else parent->first = child;
    parent->last = child;
}

/* A word, a phrase, a date, an id, or a bracket with all in it. NULL: nothing that can be looked for, or memory was refused. */
static struct syntax *parse_primary(struct parser *parser)
{
    const struct lexeme *lexeme = &parser->lexemes[parser->at++];
    if (lexeme->kind == LEXEME_NOTHING) return NULL;
    if (lexeme->kind == LEXEME_OPEN) {
        bool empty = next_is(parser, LEXEME_CLOSE);
        if (empty) query_note(parser->notes, "brackets with nothing between them are left out");
        struct syntax *sequence = parse_sequence(parser);
        if (!next_is(parser, LEXEME_CLOSE)) return NULL; /* query_resolve saw to it: memory was refused */
        if (sequence) sequence->boost = parser->lexemes[parser->at].boost;
        parser->at++;
        return sequence;
    }
    struct syntax *leaf = syntax_new(parser, SYNTAX_LEAF);
    if (!leaf) return NULL;
    leaf->leaf = lexeme;
    leaf->boost = lexeme->boost;
    return leaf;
}

static struct syntax *parse_clause(struct parser *parser)
{
    bool must = false, must_not = false, twice = false;
    while (next_is(parser, LEXEME_NOT) || next_is(parser, LEXEME_PLUS) || next_is(parser, LEXEME_MINUS)) {
        bool plus = next_is(parser, LEXEME_PLUS);
        must |= plus;
        twice |= must_not && !plus;
        must_not ^= !plus;
        parser->at++;
    }
    if (!operand_follows(parser)) {
        if (parser->lexemes[parser->at - 1].kind == LEXEME_NOT) note_stray(parser, LEXEME_NOT, "after it");
        else query_note(parser->notes, "a + or - with nothing after it says nothing");
        return NULL;
    }
    if (twice) query_note(parser->notes, "a NOT of a NOT says nothing; both are left out");
    struct syntax *clause = parse_primary(parser);
    if (clause) {
        clause->must = must && !must_not;
        clause->must_not = must_not;
    }
    return clause;
}

/* Clauses joined by AND, or conjunctions joined by OR. */
static struct syntax *parse_joined(struct parser *parser, enum lexeme_kind joint)
{
    bool is_or = joint == LEXEME_OR;
    struct syntax *joined = NULL, *only = is_or ? parse_joined(parser, LEXEME_AND) : parse_clause(parser);
    while (next_is(parser, joint) && !parser->failed) {
        parser->at++;
        while (next_is(parser, LEXEME_AND) || next_is(parser, LEXEME_OR))
            note_stray(parser, parser->lexemes[parser->at++].kind, "before it");
        if (!operand_follows(parser)) {
            note_stray(parser, joint, "after it");
            break;
        }
        struct syntax *more = is_or ? parse_joined(parser, LEXEME_AND) : parse_clause(parser);
        if (!more) continue;
        if (!only) {
            only = more;
            continue;
        }
        if (!joined) {
            joined = syntax_new(parser, is_or ? SYNTAX_OR : SYNTAX_AND);
            if (!joined) return NULL;
            syntax_add(joined, only);
        }
        syntax_add(joined, more);
    }
    return joined ? joined : only;
}

/* Up to the closing bracket, which is left, or to the end. NULL: nothing in it. */
static struct syntax *parse_sequence(struct parser *parser)
{
    struct syntax *sequence = syntax_new(parser, SYNTAX_SEQUENCE);
    while (sequence && !parser->failed && parser->at < parser->count && !next_is(parser, LEXEME_CLOSE)) {
        if (next_is(parser, LEXEME_AND) || next_is(parser, LEXEME_OR)) {
            note_stray(parser, parser->lexemes[parser->at++].kind, "before it");
            continue;
        }
        struct syntax *item = parse_joined(parser, LEXEME_OR);
        if (item) syntax_add(sequence, item);
    }
    return sequence && sequence->first ? sequence : NULL;
}

bool query_parse_syntax(const struct lexeme *lexemes, size_t count, struct arena *arena, struct query_notes *notes,
                        struct syntax **root)
{
    struct parser parser = {.lexemes = lexemes, .count = count, .arena = arena, .notes = notes};
    *root = parse_sequence(&parser);
    return !parser.failed;
}
