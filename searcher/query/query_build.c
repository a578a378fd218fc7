#include "query_build.h"

#include "hash.h"
#include "query_words.h"

#include <string.h>

/* What a clause inherits from where it stands. */
struct place {
    enum query_occur occur;
    float boost;
    bool unscored;   /* below a MUST_NOT */
    bool loose_dates; /* dates among SHOULDs may be lifted into the group: what is in it are alternatives */
};

struct builder {
    const struct query_options *options;
    struct analyzer *analyzer;
    struct arena *arena;
    struct query_notes *notes;
    struct buffer stack; /* struct query_node *: the children of the groups being built, innermost last */
    bool failed;
};

static void build_clause(struct builder *builder, const struct syntax *syntax, struct place place);

static struct query_node **stack_at(struct builder *builder, size_t index)
{
    return (struct query_node **)(void *)builder->stack.bytes + index;
}

static size_t stack_height(const struct builder *builder) { return builder->stack.length / sizeof(struct query_node *); }

static struct built *node_new(struct builder *builder, enum query_kind kind, enum query_occur occur)
{
    struct built *built = arena_take_zeroed(builder->arena, sizeof *built);
    if (!built) {
        builder->failed = true;
        return NULL;
    }
    built->node.kind = kind;
    built->node.occur = occur;
    built->node.boost = 1;
    built->node.shown = "";
    built->hash = hash_fold((uint64_t)kind + 1, UINT64_C(0x9e3779b97f4a7c15));
    return built;
}

static void hash_in(struct built *built, uint64_t value)
{
    built->hash = hash_fold(built->hash ^ value, UINT64_C(0xd1b54a32d192ed03)) + value;
}

/* ---- Equal clauses ---- */

/* Whether two clauses look for the same. Recurses as deep as the tree is. */
static bool node_equals(const struct query_node *a, const struct query_node *b)
{
    const struct built *x = built_of_const(a), *y = built_of_const(b);
    bool equal = x->hash == y->hash && a->kind == b->kind && a->field == b->field && a->term_count == b->term_count && a->span == b->span &&
                 a->child_count == b->child_count && a->date_from == b->date_from && a->date_to == b->date_to &&
                 a->id.length == b->id.length && (!a->id.length || memcmp(a->id.bytes, b->id.bytes, a->id.length) == 0);
    for (uint32_t i = 0; equal && i < a->term_count; i++) {
        const struct query_term *s = &a->terms[i], *t = &b->terms[i];
        equal = s->term_length == t->term_length && s->prefix == t->prefix && memcmp(s->term, t->term, s->term_length) == 0 &&
                !s->form == !t->form && s->form_length == t->form_length &&
                (!s->form || memcmp(s->form, t->form, s->form_length) == 0);
    }
    for (uint32_t i = 0; equal && i < a->child_count; i++)
        equal = a->children[i]->occur == b->children[i]->occur && node_equals(a->children[i], b->children[i]);
    return equal;
}

/*
 * Makes the clause `to` that of both, leaf by leaf. What is said n times counts 2n / (1 + n) times as much: BM25's third factor,
 * (k3 + 1) n / (k3 + n), with k3 = 1 (Robertson and Walker 1994), so that a long question is not ranked by the words it repeats.
 */
static void node_repeat(struct query_node *to, const struct query_node *from)
{
    if (to->kind == QUERY_TERM || to->kind == QUERY_PHRASE) {
        struct built *built = built_of(to);
        const struct built *other = built_of_const(from);
        built->times += other->times;
        if (other->strongest > built->strongest) built->strongest = other->strongest;
        to->boost = query_boost_clamp((double)built->strongest * 2 * built->times / (1.0 + built->times));
    }
    for (uint32_t i = 0; i < to->child_count; i++)
        if (to->children[i]->occur != QUERY_MUST_NOT) node_repeat(to->children[i], from->children[i]);
}

/* Leaves each clause once among the `count` clauses, in place; returns how many are left. */
static size_t merge_equal(struct builder *builder, struct query_node **nodes, size_t count, bool unscored)
{
    if (count < 2) return count;
    size_t slots = 4, kept = 0;
    while (slots < count * 2) slots *= 2;
    uint32_t room[64];
    struct buffer table = buffer_within(room, sizeof room); /* numbers of kept nodes, plus 1 */
    buffer_append_zeros(&table, slots * sizeof(uint32_t));
    if (table.failed) {
        builder->failed = true;
        return count;
    }
    uint32_t *slot = (uint32_t *)(void *)table.bytes;
    for (size_t i = 0; i < count; i++) {
        struct query_node *node = nodes[i];
        size_t at = (built_of(node)->hash ^ (uint64_t)node->occur * UINT64_C(0x9e3779b97f4a7c15)) & (slots - 1);
        while (slot[at] && (nodes[slot[at] - 1]->occur != node->occur || !node_equals(nodes[slot[at] - 1], node)))
            at = (at + 1) & (slots - 1);
        if (slot[at]) {
            if (!unscored && node->occur != QUERY_MUST_NOT) node_repeat(nodes[slot[at] - 1], node);
        } else {
            nodes[kept++] = node;
            slot[at] = (uint32_t)kept;
        }
    }
    buffer_free(&table);
    return kept;
}

/* ---- Groups ---- */

static bool all_children(const struct query_node *group, enum query_occur occur)
{
    for (uint32_t i = 0; i < group->child_count; i++)
        if (group->children[i]->occur != occur) return false;
    return true;
}

static bool has_child(const struct query_node *group, enum query_kind kind)
{
    for (uint32_t i = 0; i < group->child_count; i++)
        if (group->children[i]->kind == kind) return true;
    return false;
}

/* Puts the node among the children of the group being built, or its children in its place where it adds nothing. Recurses as deep
 * as the tree is. */
static void push(struct builder *builder, struct query_node *node, struct place place)
{
    bool spliced = false;
    node->occur = place.occur;
    if (node->kind == QUERY_GROUP) {
        if (place.occur == QUERY_SHOULD)
            spliced = all_children(node, QUERY_SHOULD) && (place.loose_dates || !has_child(node, QUERY_DATE));
        else if (place.occur == QUERY_MUST) spliced = all_children(node, QUERY_MUST) && !has_child(node, QUERY_ALL);
        else spliced = all_children(node, QUERY_SHOULD);
    }
    if (!spliced) buffer_append(&builder->stack, &node, sizeof node);
    for (uint32_t i = 0; spliced && i < node->child_count; i++) push(builder, node->children[i], place);
    builder->failed |= builder->stack.failed;
}

/* Makes one node of the children above `base` on the stack and takes them off. NULL: there are none, or memory was refused. */
static struct query_node *finish(struct builder *builder, size_t base, bool unscored)
{
    if (builder->failed) return NULL;
    struct query_node **nodes = stack_at(builder, base);
    size_t count = merge_equal(builder, nodes, stack_height(builder) - base, unscored), negative = 0;
    builder->stack.length = base * sizeof *nodes;
    for (size_t i = 0; i < count; i++) negative += nodes[i]->occur == QUERY_MUST_NOT;
    if (count == 0 || builder->failed) return NULL;
    if (count == 1 && negative == 0) return nodes[0];
    bool all = negative == count;
    struct built *group = node_new(builder, QUERY_GROUP, QUERY_SHOULD);
    struct built *everything = all ? node_new(builder, QUERY_ALL, QUERY_MUST) : NULL;
    struct query_node **children = arena_take(builder->arena, (count + all) * sizeof *children);
    if (!children || builder->failed) {
        builder->failed = true;
        return NULL;
    }
    if (all) children[0] = &everything->node;
    memcpy(children + all, nodes, count * sizeof *children);
    group->node.children = children;
    group->node.child_count = (uint32_t)(count + all);
    for (uint32_t i = 0; i < group->node.child_count; i++) {
        hash_in(group, (uint64_t)children[i]->occur);
        hash_in(group, built_of(children[i])->hash);
    }
    return &group->node;
}

static void finish_and_push(struct builder *builder, size_t base, struct place place)
{
    struct query_node *node = finish(builder, base, place.unscored);
    if (node) push(builder, node, place);
}

/* ---- Leaves ---- */

static void push_words(struct builder *builder, const struct lexeme *lexeme, const struct query_words *words, struct place place)
{
    struct built *built = node_new(builder, words->count > 1 ? QUERY_PHRASE : QUERY_TERM, place.occur);
    if (!built) return;
    built->text = words->text;
    built->length = words->length;
    built->node.boost = built->strongest = place.unscored ? 1 : place.boost;
    built->times = 1;
    built->first_exact = words->first_exact;
    built->signs = lexeme->kind == LEXEME_PHRASE && analyzer_has_forms(builder->analyzer);
    built->exact = words->count > 1 ? lexeme->exact : words->terms[0].form ? EXACT_ALL : EXACT_NONE;
    built->node.field = lexeme->scope == SCOPE_FIELD ? lexeme->field : QUERY_TEXT;
    built->node.terms = words->terms;
    built->node.term_count = words->count;
    if (lexeme->near && words->count > 1) {
        bool fits = lexeme->others < UINT32_MAX - words->count;
        built->node.span = fits ? words->count + lexeme->others : UINT32_MAX;
        builder->failed |= !query_near_needs(words->terms, words->count);
    } else if (lexeme->near) {
        query_note(builder->notes, "a phrase of one word has nothing near it; its ~ says nothing");
    }
    hash_in(built, built->node.field);
    hash_in(built, built->node.span);
    for (uint32_t i = 0; i < words->count; i++)
        hash_in(built, hash_bytes(words->terms[i].term, words->terms[i].term_length) + words->terms[i].prefix);
    for (uint32_t i = 0; i < words->count; i++)
        if (words->terms[i].form) hash_in(built, hash_bytes(words->terms[i].form, words->terms[i].form_length) + i);
    push(builder, &built->node, place);
}

static void build_words(struct builder *builder, const struct lexeme *lexeme, struct place place)
{
    struct query_words words;
    bool strict = lexeme->kind == LEXEME_PHRASE || place.occur != QUERY_SHOULD || place.unscored ||
                  lexeme->scope == SCOPE_FIELD || lexeme->exact != EXACT_NONE || builder->options->match_all;
    bool read = strict ? query_words_in_row(builder->analyzer, lexeme->text, lexeme->length, lexeme->exact, builder->arena,
                                            &words)
                       : query_words_apart(builder->analyzer, lexeme->text, lexeme->length, builder->arena, &words);
    builder->failed |= !read;
    if (!read || words.count == 0) return;
    if (strict) {
        push_words(builder, lexeme, &words, place);
        return;
    }
    for (uint32_t i = 0; i < words.count; i++) {
        const char *word = words.terms[i].word;
        struct query_words one = {.terms = &words.terms[i], .count = 1, .text = word, .length = strlen(word)};
        push_words(builder, lexeme, &one, place);
    }
}

static void build_leaf(struct builder *builder, const struct lexeme *lexeme, struct place place)
{
    if (lexeme->kind != LEXEME_DATE && lexeme->kind != LEXEME_ID) {
        build_words(builder, lexeme, place);
        return;
    }
    struct built *built = node_new(builder, lexeme->kind == LEXEME_DATE ? QUERY_DATE : QUERY_ID, place.occur);
    if (!built) return;
    built->text = lexeme->text;
    built->length = lexeme->length;
    if (lexeme->kind == LEXEME_ID) {
        built->node.id = (bf_text){lexeme->text, lexeme->length};
        hash_in(built, hash_bytes(lexeme->text, lexeme->length));
    } else {
        built->node.date_from = lexeme->date_from;
        built->node.date_to = lexeme->date_to;
        hash_in(built, (uint64_t)lexeme->date_from);
        hash_in(built, (uint64_t)lexeme->date_to);
    }
    push(builder, &built->node, place);
}

/* ---- Brackets and operators ---- */

/* The place of a child of the group, whose own sign is not yet looked at. */
static struct place place_within(struct place group, enum query_occur occur)
{
    return (struct place){.occur = occur, .boost = group.boost, .unscored = group.unscored || occur == QUERY_MUST_NOT};
}

/* A date, or dates that are alternatives, without a sign: a filter, if anything stands beside it. */
static bool is_filter(struct query_node *node)
{
    if (!built_of(node)->bare) return false;
    bool dates = node->kind == QUERY_DATE;
    if (node->kind == QUERY_GROUP) dates = all_children(node, QUERY_SHOULD);
    for (uint32_t i = 0; dates && i < node->child_count; i++) dates = node->children[i]->kind == QUERY_DATE;
    return dates;
}

/* Pushes one clause that must match, made of those nodes from the `first` on that are, or are not, filters and have no sign. */
static void push_side(struct builder *builder, struct query_node **nodes, size_t first, size_t count, bool filters,
                      struct place group)
{
    struct place each = place_within(group, QUERY_SHOULD);
    each.loose_dates = true;
    size_t base = stack_height(builder);
    for (size_t i = first; i < count; i++)
        if (built_of(nodes[i])->bare && is_filter(nodes[i]) == filters) push(builder, nodes[i], each);
    finish_and_push(builder, base, place_within(group, QUERY_MUST));
}

/* Makes filters of the dates among the nodes above `base` on the stack, which are those of a sequence. */
static void apply_filters(struct builder *builder, size_t base, struct place group)
{
    size_t count = stack_height(builder) - base, filter_count = 0;
    bool musts = builder->options->match_all;
    for (size_t i = 0; i < count; i++) {
        struct query_node *node = stack_at(builder, base)[i];
        filter_count += is_filter(node);
        musts |= node->occur == QUERY_MUST && !is_filter(node);
    }
    if (filter_count == 0 || builder->failed) return;
    struct query_node **nodes = arena_take(builder->arena, count * sizeof *nodes);
    if (!nodes) {
        builder->failed = true;
        return;
    }
    memcpy(nodes, stack_at(builder, base), count * sizeof *nodes);
    builder->stack.length = base * sizeof *nodes;
    bool filtered = false, sided = false; /* the one clause for all filters, and that for all else, are made */
    for (size_t i = 0; i < count; i++) {
        bool filter = is_filter(nodes[i]), side = built_of(nodes[i])->bare && !filter && !musts;
        struct place place = place_within(group, filter ? QUERY_SHOULD : nodes[i]->occur);
        place.loose_dates = filter_count == count;
        if (filter && filter_count < count) {
            if (!filtered) push_side(builder, nodes, i, count, true, group);
            filtered = true;
        } else if (side) {
            if (!sided) push_side(builder, nodes, i, count, false, group);
            sided = true;
        } else {
            push(builder, nodes[i], place);
        }
    }
}

static void build_sequence(struct builder *builder, const struct syntax *syntax, struct place group)
{
    size_t base = stack_height(builder);
    for (const struct syntax *child = syntax->first; child && !builder->failed; child = child->next) {
        size_t from = stack_height(builder);
        enum query_occur occur = child->must || builder->options->match_all ? QUERY_MUST : QUERY_SHOULD;
        build_clause(builder, child, place_within(group, child->must_not ? QUERY_MUST_NOT : occur));
        for (size_t i = from; i < stack_height(builder); i++)
            built_of(*stack_at(builder, i))->bare = !child->must && !child->must_not;
    }
    apply_filters(builder, base, group);
}

static void build_or(struct builder *builder, const struct syntax *syntax, struct place group)
{
    for (const struct syntax *child = syntax->first; child; child = child->next) {
        struct place place = place_within(group, child->must ? QUERY_MUST : QUERY_SHOULD);
        place.loose_dates = true;
        if (child->must_not) {
            size_t base = stack_height(builder);
            build_clause(builder, child, place_within(group, QUERY_MUST_NOT));
            finish_and_push(builder, base, place);
        } else {
            build_clause(builder, child, place);
        }
    }
}

/* Pushes what the children of a group are, with the boost of the place. */
static void build_children(struct builder *builder, const struct syntax *syntax, struct place group)
{
    if (syntax->kind == SYNTAX_SEQUENCE) build_sequence(builder, syntax, group);
    else if (syntax->kind == SYNTAX_OR) build_or(builder, syntax, group);
    else
        for (const struct syntax *child = syntax->first; child; child = child->next)
            build_clause(builder, child, place_within(group, child->must_not ? QUERY_MUST_NOT : QUERY_MUST));
}

/* Pushes what the clause is, as `place` says; its own sign has been looked at. */
static void build_clause(struct builder *builder, const struct syntax *syntax, struct place place)
{
    while (syntax->kind == SYNTAX_SEQUENCE && !syntax->first->next && !syntax->first->must_not) {
        place.boost = query_boost_clamp((double)place.boost * (double)syntax->boost);
        syntax = syntax->first; /* brackets around one clause */
    }
    if (builder->failed) return;
    place.boost = query_boost_clamp((double)place.boost * (double)syntax->boost);
    if (syntax->kind == SYNTAX_LEAF) {
        build_leaf(builder, syntax->leaf, place);
        return;
    }
    size_t base = stack_height(builder);
    build_children(builder, syntax, place);
    finish_and_push(builder, base, place);
}

bool query_build(const struct syntax *syntax, const struct query_options *options, struct analyzer *analyzer, struct arena *arena,
                 struct query_notes *notes, struct query_node **root)
{
    struct query_node *room[32];
    struct builder builder = {
        .options = options, .analyzer = analyzer, .arena = arena, .notes = notes, .stack = buffer_within(room, sizeof room)};
    struct query_node *node = NULL;
    if (syntax) {
        build_children(&builder, syntax, (struct place){.occur = QUERY_SHOULD, .boost = 1});
        node = finish(&builder, 0, false);
    }
    if (!node || node->kind != QUERY_GROUP) {
        struct built *group = node_new(&builder, QUERY_GROUP, QUERY_SHOULD);
        struct query_node **children = arena_take(arena, sizeof *children);
        builder.failed |= !children;
        if (!builder.failed && node) {
            children[0] = node;
            group->node.children = children;
            group->node.child_count = 1;
        }
        node = group ? &group->node : NULL;
    }
    if (node) node->occur = QUERY_SHOULD;
    buffer_free(&builder.stack);
    *root = node;
    return !builder.failed;
}
