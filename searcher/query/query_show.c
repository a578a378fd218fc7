/*
 * The canonical form: what a query was understood as, in the query language itself. Parsed again it gives the same tree, with
 * the options it was made with; where words side by side must all match, alternatives are therefore joined by OR.
 */
#include "query_build.h"

#include "utf8.h"
#include "white_space.h"

#include <math.h>
#include <string.h>

struct shower {
    const struct query_options *options;
    struct arena *arena;
    struct buffer out;
    bool failed;
};

const char *query_field_name(enum query_field field)
{
    switch (field) {
    case QUERY_TEXT: return "text";
    case QUERY_TITLE: return "title";
    case QUERY_BODY: return "body";
    case QUERY_SECTION: return "section";
    case QUERY_PLACE: return "place";
    case QUERY_BYLINE: return "byline";
    case QUERY_SOURCE: return "source";
    case QUERY_URL: return "url";
    case QUERY_LANGUAGE: return "language";
    case QUERY_KEYWORDS: return "keywords";
    }
    return NULL;
}

/* Whether a word would be read as something else without quotation marks. */
static bool needs_quotes(const char *text, size_t length)
{
    if (length == 0 || text[0] == '+' || text[0] == '-' || text[0] == '=') return true;
    if (memchr(text, ':', length) || memchr(text, '^', length)) return true;
    if ((length == 3 && (memcmp(text, "AND", 3) == 0 || memcmp(text, "NOT", 3) == 0)) ||
        (length == 2 && memcmp(text, "OR", 2) == 0))
        return true;
    for (size_t at = 0, next; at < length; at = next) {
        uint32_t here = utf8_decode(text, length, at, &next);
        if (here == '(' || here == ')' || white_space_is(here)) return true;
        if (query_is_quote(here) && !query_quote_joins(text, length, at, next)) return true;
    }
    return false;
}

/* The words in quotation marks, with single spaces, and without any mark that would close them; only where it says something,
 * with the signs of those that are meant exactly. */
static void show_quoted(struct shower *shower, const struct built *built)
{
    const char *text = built->text;
    size_t length = built->length;
    bool space = false, some_exact = built->exact == EXACT_SIGNED, drop_signs = built->signs && !some_exact;
    buffer_append_string(&shower->out, some_exact && built->first_exact ? "\"=" : "\"");
    for (size_t at = 0, next; at < length; at = next) {
        uint32_t here = utf8_decode(text, length, at, &next);
        bool quote = query_is_quote(here) && !query_quote_joins(text, length, at, next);
        if (quote || white_space_is(here)) {
            if (!space) buffer_append_u8(&shower->out, ' ');
        } else if (!(drop_signs && space && query_equals_is_sign(text, length, at))) {
            buffer_append(&shower->out, text + at, next - at);
        }
        space = quote || white_space_is(here);
    }
    buffer_append_u8(&shower->out, '"');
}

/* The shortest decimal that is read as this boost again; in digits of our own, since a program's locale may write a comma. */
static void show_boost(struct shower *shower, float boost)
{
    if (boost == 1.0f) return;
    double unit = 1;
    int decimals = 0;
    while (decimals < 12 && (float)(nearbyint((double)boost * unit) / unit) != boost) {
        unit *= 10;
        decimals++;
    }
    uint64_t digits = (uint64_t)nearbyint((double)boost * unit), one = (uint64_t)unit;
    buffer_append_format(&shower->out, "^%llu", (unsigned long long)(digits / one));
    if (decimals) buffer_append_format(&shower->out, ".%0*llu", decimals, (unsigned long long)(digits % one));
}

/* How many other words may stand among those that are near each other. */
static void show_others(struct shower *shower, const struct query_node *node)
{
    if (node->span) buffer_append_format(&shower->out, "~%u", (unsigned)(node->span - node->term_count));
}

static void show_id(struct shower *shower, const char *id, size_t length)
{
    buffer_append_string(&shower->out, "id:");
    bool quoted = length == 0;
    for (size_t at = 0, next; at < length && !quoted; at = next) {
        uint32_t here = utf8_decode(id, length, at, &next);
        quoted = white_space_is(here) || query_is_quote(here) || here == '(' || here == ')';
    }
    if (quoted) buffer_append_u8(&shower->out, '"');
    for (size_t at = 0; at < length; at++) {
        if (id[at] == '"') buffer_append_u8(&shower->out, '"');
        buffer_append_u8(&shower->out, (uint8_t)id[at]);
    }
    if (quoted) buffer_append_u8(&shower->out, '"');
}

static void show_field(struct shower *shower, enum query_field field)
{
    buffer_append_string(&shower->out, query_field_name(field));
    buffer_append_u8(&shower->out, ':');
}

static void show_leaf(struct shower *shower, struct query_node *node)
{
    const struct built *built = built_of_const(node);
    size_t start = shower->out.length;
    bool words = node->kind == QUERY_TERM || node->kind == QUERY_PHRASE;
    if (words && node->field != QUERY_TEXT) show_field(shower, node->field);
    if (words && built->exact == EXACT_ALL) buffer_append_u8(&shower->out, '=');
    if (words && shower->options->plain) buffer_append(&shower->out, built->text, built->length);
    else if (node->kind == QUERY_PHRASE || (words && needs_quotes(built->text, built->length)))
        show_quoted(shower, built);
    else if (words) buffer_append(&shower->out, built->text, built->length);
    else if (node->kind == QUERY_ID) show_id(shower, built->text, built->length);
    else {
        buffer_append_string(&shower->out, "date:");
        buffer_append(&shower->out, built->text, built->length);
    }
    if (words) show_others(shower, node);
    if (words && !shower->options->plain) show_boost(shower, node->boost);
    if (shower->out.failed) return;
    node->shown = arena_copy(shower->arena, shower->out.bytes + start, shower->out.length - start);
    shower->failed |= !node->shown;
}

/* The children of a group, side by side. Recurses as deep as the tree is. */
static void show_children(struct shower *shower, struct query_node *group)
{
    bool date = false, should = false, first = true;
    for (uint32_t i = 0; i < group->child_count; i++) {
        should |= group->children[i]->occur == QUERY_SHOULD;
        date |= group->children[i]->occur == QUERY_SHOULD && group->children[i]->kind == QUERY_DATE;
    }
    const char *joint = !shower->options->plain && (date || (should && shower->options->match_all)) ? " OR " : " ";
    for (uint32_t i = 0; i < group->child_count; i++) {
        struct query_node *child = group->children[i];
        if (child->kind == QUERY_ALL) {
            child->shown = "*";
            continue;
        }
        if (!first) buffer_append_string(&shower->out, joint);
        first = false;
        if (shower->options->plain) {
            show_leaf(shower, child); /* there are no signs: as often as it was given */
            size_t length = strlen(child->shown);
            for (uint32_t times = 1; times < built_of(child)->times && !shower->out.failed; times++) {
                buffer_append_u8(&shower->out, ' ');
                buffer_append(&shower->out, child->shown, length);
            }
            continue;
        }
        if (child->occur == QUERY_MUST) buffer_append_u8(&shower->out, '+');
        if (child->occur == QUERY_MUST_NOT) buffer_append_u8(&shower->out, '-');
        if (child->kind == QUERY_GROUP) {
            buffer_append_u8(&shower->out, '(');
            show_children(shower, child);
            buffer_append_u8(&shower->out, ')');
            child->shown = "(\xE2\x80\xA6)"; /* (…): its clauses say the rest */
        } else {
            show_leaf(shower, child);
        }
    }
}

const char *query_show(struct query_node *root, const struct query_options *options, struct arena *arena)
{
    char room[512];
    struct shower shower = {.options = options, .arena = arena, .out = buffer_within(room, sizeof room)};
    show_children(&shower, root);
    bool failed = shower.failed || shower.out.failed;
    char *understood = failed ? NULL : arena_copy(arena, shower.out.bytes, shower.out.length);
    root->shown = understood;
    buffer_free(&shower.out);
    return understood;
}
