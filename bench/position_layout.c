/*
 * backfile-bench layout: how many bits a position and a posting take in each code that was considered, on real articles. The tokens are
 * inverted here, and their lists cut into the groups that an index has.
 */
#include "bench_command.h"

#include "article_lines.h"
#include "buffer.h"
#include "hash.h"
#include "position_code.h"
#include "posting_layout.h"
#include "option.h"
#include "status.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    INLINE_POSTINGS = 4, INLINE_POSITIONS = 16, /* such lists stand in the dictionary */
    BLOCK = 128, PAGE = 256, PAGED_DF = 8192, PAGED_SHARE = 32,
    CLASSES = 6,
};

static const char *const class_names[CLASSES] = {"tf 1", "2", "3-4", "5-8", "9-16", "17+"};

struct inverted {
    struct buffer lengths;             /* u32 an article */
    struct buffer tokens;              /* u32 a token: its term's number */
    struct buffer names;               /* terms, NUL-terminated */
    struct buffer starts;              /* u64 a term: where it is in the names */
    uint32_t *slots, slot_count;       /* open addressing: number of a term and one more */
};

struct layout {
    uint64_t count_from[CLASSES];      /* positions */
    double bits[LAYOUT_CODES][CLASSES];
    double grouped[LAYOUT_CODES];      /* whole groups: with what a group has beside its postings */
    uint64_t postings, positions, groups;
    struct posting_layout lists;
};

/* ---- Inverting ---- */

static const char *term_name(const struct inverted *inverted, uint32_t term)
{
    return (const char *)inverted->names.bytes + load_u64(inverted->starts.bytes + 8 * (size_t)term);
}

static uint32_t term_count(const struct inverted *inverted) { return (uint32_t)(inverted->starts.length / 8); }

static bool slots_grow(struct inverted *inverted)
{
    uint32_t count = inverted->slot_count ? 2 * inverted->slot_count : 1 << 16, *slots = calloc(count, sizeof *slots);
    if (!slots) return false;
    for (uint32_t term = 0; term < term_count(inverted); term++) {
        const char *name = term_name(inverted, term);
        uint32_t at = (uint32_t)hash_bytes(name, strlen(name)) & (count - 1);
        while (slots[at]) at = (at + 1) & (count - 1);
        slots[at] = term + 1;
    }
    free(inverted->slots);
    inverted->slots = slots;
    inverted->slot_count = count;
    return true;
}

static bool add_token(struct inverted *inverted, const char *token, size_t length)
{
    if (2 * term_count(inverted) >= inverted->slot_count && !slots_grow(inverted)) return false;
    uint32_t at = (uint32_t)hash_bytes(token, length) & (inverted->slot_count - 1);
    for (; inverted->slots[at]; at = (at + 1) & (inverted->slot_count - 1)) {
        const char *name = term_name(inverted, inverted->slots[at] - 1);
        if (strncmp(name, token, length) == 0 && name[length] == 0) break;
    }
    if (!inverted->slots[at]) {
        inverted->slots[at] = term_count(inverted) + 1;
        buffer_append_u64(&inverted->starts, inverted->names.length);
        buffer_append(&inverted->names, token, length);
        buffer_append_u8(&inverted->names, 0);
        if (inverted->starts.failed || inverted->names.failed) return false;
    }
    buffer_append_u32(&inverted->tokens, inverted->slots[at] - 1);
    return !inverted->tokens.failed;
}

static bool add_article(struct inverted *inverted, const char *body)
{
    uint32_t length = 0;
    for (const char *end; *(body += strspn(body, " ")); body = end, length++) {
        end = body + strcspn(body, " ");
        if (!add_token(inverted, body, (size_t)(end - body))) return false;
    }
    buffer_append_u32(&inverted->lengths, length);
    return !inverted->lengths.failed;
}

static bf_status read_tokens(struct inverted *inverted, const char *path, bf_error *error)
{
    struct article_lines lines;
    bf_status status = article_lines_open(path, &lines, error);
    if (status != BF_OK) return status;
    while ((status = article_lines_next(&lines, error)) == BF_OK) {
        if (!lines.body.bytes) status = fail(error, BF_BAD_ARGUMENT, "%s:%zu: there is no \"body\" of tokens", path, lines.number);
        else if (!add_article(inverted, lines.body.bytes))
            status = fail_memory(error);
        if (status != BF_OK) break;
    }
    article_lines_close(&lines);
    return status == BF_END ? BF_OK : status;
}

/* ---- Measuring ---- */

/* The most words an article has whose length byte is that of an article of this length. */
static uint32_t length_limit(uint32_t length)
{
    if (length < 40) return length;
    uint32_t rest = length - 24, step = 28U - (uint32_t)__builtin_clz(rest);
    return 24 + (((rest >> step) + 1) << step) - 1;
}

static uint32_t class_of(uint32_t tf) { return tf <= 2 ? tf - 1 : tf <= 4 ? 2 : tf <= 8 ? 3 : tf <= 16 ? 4 : 5; }

static void measure_group(struct layout *layout, const struct layout_group *group)
{
    layout->groups++;
    for (int code = 0; code < LAYOUT_CODES; code++) layout->grouped[code] += layout_codes[code].bits(group);
    struct layout_group one = *group;
    for (uint32_t i = 0; i < group->posting_count; i++) {
        one.lengths = group->lengths + i;
        one.exact = group->exact + i;
        one.tfs = group->tfs + i;
        one.posting_count = 1;
        one.position_count = *one.tfs;
        layout->count_from[class_of(*one.tfs)] += *one.tfs;
        for (int code = 0; code < LAYOUT_CODES; code++)
            layout->bits[code][class_of(*one.tfs)] += layout_codes[code].bits(&one);
        one.positions += *one.tfs;
    }
}

/* Pages of a paged list's group: as posting_list.h has them. */
static uint32_t group_shift(uint32_t df, uint32_t article_count)
{
    uint32_t pages = (article_count + PAGE - 1) / PAGE, shift = 0;
    while (shift < 6 && df / 64 < (pages + (1U << shift) - 1) >> shift) shift++;
    return shift;
}

struct list {
    uint32_t *docs, *tfs, *lengths, *exact;
    uint32_t df;
};

static void measure_list(struct layout *layout, const struct list *list, const uint32_t *positions, uint64_t count,
                         uint32_t article_count)
{
    if (list->df <= INLINE_POSTINGS && count <= INLINE_POSITIONS) return;
    uint32_t shift = 8 + group_shift(list->df, article_count);
    posting_layout_add(&layout->lists, list->docs, list->tfs, list->df, article_count);
    layout->postings += list->df;
    layout->positions += count;
    for (uint32_t first = 0, end; first < list->df; first = end) {
        struct layout_group group = {.lengths = list->lengths + first, .exact = list->exact + first, .tfs = list->tfs + first};
        if (list->df < PAGED_DF || list->df < article_count / PAGED_SHARE) end = list->df - first > BLOCK ? first + BLOCK : list->df;
        else
            for (end = first; end < list->df && list->docs[end] >> shift == list->docs[first] >> shift;) end++;
        for (uint32_t i = first; i < end; i++) group.position_count += list->tfs[i];
        group.posting_count = end - first;
        group.positions = positions;
        measure_group(layout, &group);
        positions += group.position_count;
    }
}

/* Sorts the occurrences by term, and takes one list after the other. */
static bf_status measure(const struct inverted *inverted, struct layout *layout, bf_error *error)
{
    uint64_t token_count = inverted->tokens.length / 4;
    uint32_t terms = term_count(inverted), articles = (uint32_t)(inverted->lengths.length / 4);
    uint64_t *ends = calloc((size_t)terms + 2, sizeof *ends);
    uint32_t *docs = malloc((token_count + 1) * sizeof *docs), *positions = malloc((token_count + 1) * sizeof *positions);
    uint32_t *room = malloc(4 * ((size_t)articles + 1) * sizeof *room);
    bool given = ends && docs && positions && room;
    for (uint64_t i = 0; given && i < token_count; i++) ends[load_u32(inverted->tokens.bytes + 4 * i) + 2]++;
    for (uint32_t term = 2; given && term < terms + 2; term++) ends[term] += ends[term - 1];
    const uint8_t *token = inverted->tokens.bytes;
    for (uint32_t doc = 0; given && doc < articles; doc++)
        for (uint32_t i = 0, length = load_u32(inverted->lengths.bytes + 4 * (size_t)doc); i < length; i++, token += 4) {
            uint64_t at = ends[load_u32(token) + 1]++;
            docs[at] = doc;
            positions[at] = i;
        }
    for (uint32_t term = 0; given && term < terms; term++) {
        struct list list = {room, room + articles, room + 2 * (size_t)articles, room + 3 * (size_t)articles, 0};
        for (uint64_t at = ends[term]; at < ends[term + 1]; at++) {
            if (list.df && list.docs[list.df - 1] == docs[at]) {
                list.tfs[list.df - 1]++;
                continue;
            }
            list.docs[list.df] = docs[at];
            list.tfs[list.df] = 1;
            list.exact[list.df] = load_u32(inverted->lengths.bytes + 4 * (size_t)docs[at]);
            list.lengths[list.df] = length_limit(list.exact[list.df]);
            list.df++;
        }
        measure_list(layout, &list, positions + ends[term], ends[term + 1] - ends[term], articles);
    }
    free(ends);
    free(docs);
    free(positions);
    free(room);
    return given ? BF_OK : fail_memory(error);
}

static bf_status print(const struct layout *layout, bf_error *error)
{
    const char *headings[CLASSES + 3] = {"bits a position"};
    struct table table;
    for (int c = 0; c < CLASSES; c++) headings[c + 1] = class_names[c];
    headings[CLASSES + 1] = "all";
    headings[CLASSES + 2] = "MB";
    printf("%" PRIu64 " positions of %" PRIu64 " postings in %" PRIu64 " groups\n\n", layout->positions, layout->postings,
           layout->groups);
    table_begin(&table, headings, CLASSES + 3);
    table_cell(&table, "share of the positions");
    for (int c = 0; c < CLASSES; c++) table_cell(&table, "%.3f", (double)layout->count_from[c] / (double)layout->positions);
    table_cell(&table, "1");
    table_cell(&table, "-");
    for (int code = 0; code < LAYOUT_CODES; code++) {
        /* Frames and widths are the group's: of a posting alone they say nothing. */
        bool apart = layout_codes[code].bits != layout_codes[2].bits && code < LAYOUT_CODES - 2;
        table_cell(&table, "%s", layout_codes[code].name);
        for (int c = 0; c < CLASSES; c++)
            if (apart) table_cell(&table, "%.2f", layout->bits[code][c] / (double)layout->count_from[c]);
            else table_cell(&table, "-");
        table_cell(&table, "%.3f", layout->grouped[code] / (double)layout->positions);
        table_cell(&table, "%.2f", layout->grouped[code] / 8e6);
    }
    bool printed = table_print(&table, stdout);
    table_free(&table);
    if (printed) putchar('\n');
    printed = printed && posting_layout_print(&layout->lists);
    return printed ? BF_OK : fail_memory(error);
}

int bench_layout(int argc, char **argv)
{
    bool help = false;
    const struct option_spec specs[] = {{0, "help", OPTION_FLAG, &help, NULL, "this"}, {0}};
    bf_error error = {0};
    struct inverted inverted = {0};
    struct layout layout = {0};
    argc = options_parse(specs, argc, argv, &error);
    if (argc < 0) return bench_misused(&error);
    if (help) {
        puts("usage: backfile-bench layout TOKENS.jsonl\n\n"
             "Inverts articles of ready-made tokens, lines of {\"id\": ..., \"body\": \"tok tok tok\"}, and\n"
             "says how many bits a position, and each part of a posting, takes in each code that was considered.\n");
        options_help(specs, stdout);
        return BENCH_DONE;
    }
    if (argc != 2) {
        fail(&error, BF_BAD_ARGUMENT, "layout wants a file of tokens: lines of {\"id\": ..., \"body\": ...}");
        return bench_misused(&error);
    }
    bf_status status = read_tokens(&inverted, argv[1], &error);
    if (status == BF_OK) status = measure(&inverted, &layout, &error);
    if (status == BF_OK && !layout.positions)
        status = fail(&error, BF_BAD_ARGUMENT, "%s: no list is longer than an inline one", argv[1]);
    if (status == BF_OK) status = print(&layout, &error);
    buffer_free(&inverted.lengths);
    buffer_free(&inverted.tokens);
    buffer_free(&inverted.names);
    buffer_free(&inverted.starts);
    free(inverted.slots);
    return status == BF_OK ? BENCH_DONE : bench_fail(&error);
}
