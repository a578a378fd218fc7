#include "wire.h"

#include "dateline.h"

#include <string.h>
#include <strings.h>

enum {
    SECTION_MAX = 40,
    SECTION_WORDS_MAX = 4,
    TITLE_MAX = 400,     /* bytes of a headline */
    TITLE_LINES_MAX = 2,
    BYLINE_MAX = 100,
    HEAD_LINES_MAX = 4,  /* lines between headline and body */
};

/* ---- Blocks ---- */

/* One block of a text: lines between blank lines. */
struct block {
    bf_text text;   /* without the blank lines around it */
    size_t end;     /* where the text goes on behind it */
    size_t lines;
};

static bool line_break(char c)
{
    return c >= '\n' && c <= '\r';
}

/* White space, or a control character, which will not be in the article. */
static bool white(char c)
{
    return (uint8_t)c <= ' ' || c == 0x7f;
}

static size_t line_end(bf_text text, size_t at)
{
    while (at < text.length && !line_break(text.bytes[at])) at++;
    return at;
}

static bool line_blank(bf_text text, size_t at, size_t end)
{
    while (at < end && white(text.bytes[at])) at++;
    return at == end;
}

/* Where the next line begins. */
static size_t line_next(bf_text text, size_t end)
{
    if (end + 1 < text.length && text.bytes[end] == '\r' && text.bytes[end + 1] == '\n') return end + 2;
    return end < text.length ? end + 1 : end;
}

/* The block that begins at or after `at`; false when there is none. */
static bool block_next(bf_text text, size_t at, struct block *block)
{
    size_t end = at, lines = 0;
    while (at < text.length) {
        end = line_end(text, at);
        if (!line_blank(text, at, end)) break;
        at = line_next(text, end);
    }
    if (at >= text.length) return false;
    size_t start = at, last = at;
    while (at < text.length) {
        end = line_end(text, at);
        if (line_blank(text, at, end)) break;
        last = end;
        lines++;
        at = line_next(text, end);
    }
    *block = (struct block){.text = {text.bytes + start, last - start}, .end = at, .lines = lines};
    while (block->text.length && white(block->text.bytes[0])) block->text.bytes++, block->text.length--;
    while (block->text.length && white(block->text.bytes[block->text.length - 1])) block->text.length--;
    return true;
}

/* ---- What a line can be ---- */

static size_t count_words(bf_text text)
{
    size_t words = 0;
    for (size_t i = 0; i < text.length; i++) words += !white(text.bytes[i]) && (i == 0 || white(text.bytes[i - 1]));
    return words;
}

static bool ends_sentence(bf_text text)
{
    char last = text.length ? text.bytes[text.length - 1] : 0;
    return last == '.' || last == '!' || last == '?' || last == ':' || last == ';' || last == ',';
}

static bool could_be_section(const struct block *block)
{
    return block->lines == 1 && block->text.length <= SECTION_MAX && count_words(block->text) <= SECTION_WORDS_MAX &&
           !ends_sentence(block->text);
}

/* Sections one knows by their name. */
static bool known_section(const struct block *block)
{
    static const char *const names[] = {
        "politics", "business", "economy", "world", "national", "international", "sports", "sport", "science", "technology",
        "culture", "arts", "entertainment", "weather", "opinion", "health", "lifestyle", "education", "environment", "crime",
        "markets", "finance", "society", "news", "feature", "features", "editorial", "local",
    };
    bf_text text = block->text;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (text.length == strlen(names[i]) && strncasecmp(text.bytes, names[i], text.length) == 0) return true;
    return false;
}

/* Those, or one that is written as few headlines begin: in small letters. */
static bool surely_section(const struct block *block)
{
    if (!could_be_section(block)) return false;
    return (block->text.bytes[0] >= 'a' && block->text.bytes[0] <= 'z') || known_section(block);
}

static bool could_be_title(const struct block *block)
{
    return block->lines <= TITLE_LINES_MAX && block->text.length <= TITLE_MAX;
}

/* Beside a section that is not surely one, the next line must look like a headline: short paragraphs follow short titles too. */
static bool surely_title(const struct block *block)
{
    return could_be_title(block) && block->text.bytes[block->text.length - 1] != '.';
}

static bool is_place(const struct block *block)
{
    struct dateline line;
    return block->lines == 1 && dateline_line_parse(block->text, &line);
}

static bool is_byline(const struct block *block)
{
    bf_text text = block->text;
    return block->lines == 1 && text.length > 4 && text.length <= BYLINE_MAX && strncasecmp(text.bytes, "by ", 3) == 0 &&
           count_words(text) >= 2 && !ends_sentence(text);
}

static bool is_date(const struct block *block, bf_date *date)
{
    return block->lines == 1 && block->text.length <= SECTION_MAX && bf_date_parse(block->text, date) == BF_OK &&
           date->precision >= BF_DATE_DAY;
}

/* ---- The forms ---- */

/* Whether the body begins with a dateline, bylines and dates before it aside. */
static bool dateline_follows(bf_text text, size_t at)
{
    struct block block;
    struct dateline line;
    bf_date date;
    while (block_next(text, at, &block) && (is_byline(&block) || is_date(&block, &date))) at = block.end;
    return at < text.length && block_next(text, at, &block) && dateline_parse(block.text, &line);
}

/* Takes the lines that may stand between headline and body; returns where the body begins. */
static size_t take_head_lines(bf_text text, size_t at, struct article_draft *draft)
{
    struct block block;
    bf_date date;
    bool placed = false;
    for (int i = 0; i < HEAD_LINES_MAX && block_next(text, at, &block); i++) {
        struct block following;
        if (!block_next(text, block.end, &following)) break; /* the last block is the body, whatever it looks like */
        if (is_byline(&block) && draft->article.byline.length == 0) {
            draft_set(draft, &draft->article.byline, block.text);
        } else if (is_date(&block, &date) && draft->article.date.precision == BF_DATE_NONE) {
            draft->article.date = date;
        } else if (!placed && is_place(&block)) {
            struct dateline line;
            dateline_line_parse(block.text, &line);
            draft_apply_dateline(draft, &line);
            placed = true;
        } else {
            break;
        }
        at = block.end;
    }
    return at;
}

/* Passes over bylines and dates. */
static bool place_follows(bf_text text, size_t at)
{
    struct block block, following;
    bf_date date;
    while (block_next(text, at, &block) && (is_byline(&block) || is_date(&block, &date))) at = block.end;
    return block_next(text, at, &block) && is_place(&block) && block_next(text, block.end, &following);
}

static void set_body(struct article_draft *draft, bf_text text, size_t at)
{
    draft->article.body = draft_paragraphs(draft, (bf_text){text.bytes + at, text.length - at});
}

void plain_text_read(bf_text text, struct article_draft *draft)
{
    struct block block;
    draft_note_controls(draft, text);
    if (!block_next(text, 0, &block)) return;
    size_t start = (size_t)(block.text.bytes - text.bytes), end = line_end(text, start);
    if (end - start <= TITLE_MAX) {
        draft_set(draft, &draft->article.title, (bf_text){text.bytes + start, end - start});
        set_body(draft, text, end);
    } else {
        set_body(draft, text, 0);
    }
}

void wire_read(bf_text text, struct article_draft *draft)
{
    struct block first, second;
    draft_note_controls(draft, text);
    if (!block_next(text, 0, &first)) return;
    struct dateline line;
    size_t body = 0;
    bool two = block_next(text, first.end, &second);
    bool sure = surely_section(&first);
    bool sectioned = two && could_be_section(&first) && (sure ? could_be_title(&second) : surely_title(&second));
    /* Small letters alone don't make the story's first paragraph a headline. */
    bool leads = two && !known_section(&first) && dateline_parse(second.text, &line);
    if (dateline_parse(first.text, &line)) {
        set_body(draft, text, 0); /* a story without a headline */
        return;
    }
    if (sectioned && (place_follows(text, second.end) || dateline_follows(text, second.end)) &&
        !(is_place(&second) && !sure && dateline_follows(text, second.end))) {
        draft_set(draft, &draft->article.section, first.text);
        draft_set(draft, &draft->article.title, second.text);
        body = second.end;
    } else if (could_be_title(&first) && (!(sure && sectioned) || leads) &&
               (place_follows(text, first.end) || dateline_follows(text, first.end))) {
        draft_set(draft, &draft->article.title, first.text);
        body = first.end;
    } else if (sure && sectioned && block_next(text, second.end, &(struct block){0})) {
        draft_set(draft, &draft->article.section, first.text);
        draft_set(draft, &draft->article.title, second.text);
        body = second.end;
    } else {
        plain_text_read(text, draft);
        return;
    }
    body = take_head_lines(text, body, draft);
    set_body(draft, text, body);
}
