#include "query_lexer.h"

#include "utf8.h"
#include "white_space.h"

#include <string.h>

struct lexer {
    const char *text;
    size_t length, at;
    struct arena *arena;
    struct buffer *lexemes;
    struct query_notes *notes;
};

float query_boost_clamp(double boost)
{
    if (boost < QUERY_BOOST_LEAST) return (float)QUERY_BOOST_LEAST;
    return (float)(boost > QUERY_BOOST_MOST ? QUERY_BOOST_MOST : boost);
}

bool query_is_quote(uint32_t code_point)
{
    return code_point == '"' || (code_point >= 0x201C && code_point <= 0x201F) || code_point == 0xAB || code_point == 0xBB ||
           code_point == 0xFF02 || (code_point >= 0x300C && code_point <= 0x300F);
}

static bool is_hebrew(uint32_t code_point) { return code_point >= 0x5D0 && code_point <= 0x5EA; }

bool query_quote_joins(const char *text, size_t length, size_t at, size_t after)
{
    size_t next;
    if (at == 0 || after >= length || !is_hebrew(utf8_decode(text, length, after, &next))) return false;
    return is_hebrew(utf8_decode(text, length, utf8_back(text, at), &next));
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/* Whether a word ends at `at`: the text does, or white space, a bracket or a quotation mark stands there. */
static bool at_boundary(const struct lexer *lexer, size_t at)
{
    size_t next;
    if (at >= lexer->length) return true;
    uint32_t here = utf8_decode(lexer->text, lexer->length, at, &next);
    return here == '(' || here == ')' || white_space_is(here) || query_is_quote(here);
}

/* Whether nothing a sign could belong to stands at `at`. */
static bool at_nothing(const struct lexer *lexer, size_t at)
{
    size_t next;
    if (at >= lexer->length) return true;
    uint32_t here = utf8_decode(lexer->text, lexer->length, at, &next);
    return here == ')' || white_space_is(here);
}

bool query_equals_is_sign(const char *text, size_t length, size_t at)
{
    size_t next;
    if (at + 1 >= length || text[at] != '=') return false;
    uint32_t after = utf8_decode(text, length, at + 1, &next);
    return after != '=' && after != '^' && after != ')' && !white_space_is(after);
}

/* Moves behind a = that is a sign. */
static bool lex_equals(struct lexer *lexer)
{
    if (!query_equals_is_sign(lexer->text, lexer->length, lexer->at)) return false;
    lexer->at++;
    if (lexer->text[lexer->at] != '(') return true;
    query_note(lexer->notes, "a = says something of a word or a phrase; before a bracket it says nothing");
    return false;
}

static void emit(struct lexer *lexer, struct lexeme lexeme)
{
    buffer_append(lexer->lexemes, &lexeme, sizeof lexeme);
}

/* ---- Boosts ---- */

/* The number at `at`: digits, a point, digits. Moves *at behind it; false: there is none. */
static bool number_read(const struct lexer *lexer, size_t *at, double *number)
{
    const char *text = lexer->text;
    size_t i = *at, digits = 0;
    double value = 0, unit = 1;
    for (; i < lexer->length && is_digit(text[i]); i++, digits++) value = value * 10 + (text[i] - '0');
    if (i < lexer->length && text[i] == '.') {
        double fraction = 0; /* digits past the 18th change nothing */
        for (i++; i < lexer->length && is_digit(text[i]); i++, digits++) {
            if (unit >= 1e18) continue;
            fraction = fraction * 10 + (text[i] - '0');
            unit *= 10;
        }
        value = (value * unit + fraction) / unit;
    }
    if (digits == 0) return false;
    *at = i;
    *number = value;
    return true;
}

/* At a '^': the boosts that end here, multiplied. Moves *at behind them; false: the '^' is not a boost. `phrase`: a ~ may follow. */
static bool boost_read(struct lexer *lexer, size_t *at, float *boost, bool phrase)
{
    size_t i = *at;
    double product = (double)*boost, number;
    while (i < lexer->length && lexer->text[i] == '^') {
        size_t after = i + 1;
        if (!number_read(lexer, &after, &number)) return false;
        if (!at_boundary(lexer, after) && lexer->text[after] != '^' && !(phrase && lexer->text[after] == '~')) return false;
        if (number >= QUERY_BOOST_LEAST && number <= QUERY_BOOST_MOST) {
            product = (double)query_boost_clamp(product * number);
        } else if (number <= 0) {
            query_note(lexer->notes, "a boost of 0 would take the clause out of the ranking; it counts as 1");
        } else {
            product = (double)query_boost_clamp(product * number);
            query_note(lexer->notes, "a boost lies between 0.001 and 1000000; the nearest of them is taken");
        }
        i = after;
    }
    *at = i;
    *boost = (float)product;
    return true;
}

static bool stands_here(const struct lexer *lexer, char sign)
{
    return lexer->at < lexer->length && lexer->text[lexer->at] == sign;
}

/* The boost behind a phrase or a bracket. */
static float boost_behind(struct lexer *lexer, bool phrase)
{
    float boost = 1;
    if (stands_here(lexer, '^') && !boost_read(lexer, &lexer->at, &boost, phrase))
        query_note(lexer->notes, "a ^ without a number says nothing");
    return boost;
}

/* ---- Nearness ---- */

/* Moves behind a ~ and its number; false: there is none, and nothing is moved. */
static bool others_read(struct lexer *lexer, double *others)
{
    size_t after = lexer->at + 1;
    if (!number_read(lexer, &after, others)) return false;
    if (!at_boundary(lexer, after) && lexer->text[after] != '^' && lexer->text[after] != '~') return false;
    lexer->at = after;
    return true;
}

/* What stands right behind a phrase: how near its words are, and its boost, in either order. */
static void lex_behind_phrase(struct lexer *lexer, struct lexeme *phrase)
{
    double others;
    phrase->boost = boost_behind(lexer, true);
    while (stands_here(lexer, '~')) {
        if (!others_read(lexer, &others)) {
            query_note(lexer->notes, "a ~ behind a phrase says something with a number of words only, as in \"a b\"~5");
            break;
        }
        if (phrase->near) query_note(lexer->notes, "of several ~ behind a phrase the last counts");
        if (others > QUERY_OTHERS_MOST) query_note(lexer->notes, "a ~ allows at most %d words; so many are taken", QUERY_OTHERS_MOST);
        else if (others > (double)(uint32_t)others) query_note(lexer->notes, "a ~ allows a whole number of words; a fraction is left out");
        phrase->near = true;
        phrase->others = others > QUERY_OTHERS_MOST ? QUERY_OTHERS_MOST : (uint32_t)others;
        phrase->boost = query_boost_clamp((double)phrase->boost * (double)boost_behind(lexer, true));
    }
}

/* ---- Fields ---- */

struct field_alias {
    const char *name;
    enum lexeme_scope scope;
    enum query_field field;
};

static const struct field_alias field_aliases[] = {
    {"text", SCOPE_FIELD, QUERY_TEXT},         {"title", SCOPE_FIELD, QUERY_TITLE},
    {"headline", SCOPE_FIELD, QUERY_TITLE},    {"body", SCOPE_FIELD, QUERY_BODY},
    {"section", SCOPE_FIELD, QUERY_SECTION},   {"place", SCOPE_FIELD, QUERY_PLACE},
    {"byline", SCOPE_FIELD, QUERY_BYLINE},     {"author", SCOPE_FIELD, QUERY_BYLINE},
    {"source", SCOPE_FIELD, QUERY_SOURCE},     {"url", SCOPE_FIELD, QUERY_URL},
    {"language", SCOPE_FIELD, QUERY_LANGUAGE}, {"lang", SCOPE_FIELD, QUERY_LANGUAGE},
    {"keywords", SCOPE_FIELD, QUERY_KEYWORDS}, {"keyword", SCOPE_FIELD, QUERY_KEYWORDS},
    {"date", SCOPE_DATE, QUERY_TEXT},          {"id", SCOPE_ID, QUERY_TEXT},
};

static bool same_letters(const char *text, size_t length, const char *name)
{
    if (strlen(name) != length) return false;
    for (size_t i = 0; i < length; i++)
        if ((text[i] | 0x20) != name[i]) return false;
    return true;
}

/* The field whose name and colon stand at the lexer; NULL: none. *name_length is that of the letters before a colon, 0
 * where there is no such thing. */
static const struct field_alias *field_here(const struct lexer *lexer, size_t *name_length)
{
    size_t end = lexer->at;
    while (end < lexer->length && is_letter(lexer->text[end])) end++;
    bool named = end > lexer->at && end < lexer->length && lexer->text[end] == ':';
    *name_length = named ? end - lexer->at : 0;
    for (size_t i = 0; named && i < sizeof field_aliases / sizeof *field_aliases; i++)
        if (same_letters(lexer->text + lexer->at, *name_length, field_aliases[i].name)) return &field_aliases[i];
    return NULL;
}

/* Whether the letters before a colon look like the name of a field, though they are none. Addresses (http://), times (10:30)
 * and abbreviations with an ending (EU:s, in Swedish) don't. */
static bool looks_like_field(const struct lexer *lexer, size_t name_length)
{
    size_t value = lexer->at + name_length + 1, capitals = 0;
    if (name_length < 3 || at_nothing(lexer, value) || lexer->text[value] == '/' || lexer->text[value] == ':') return false;
    for (size_t i = lexer->at; i < value - 1; i++) capitals += lexer->text[i] < 'a';
    return capitals < name_length;
}

/* ---- Words, phrases, ids ---- */

/* From behind the opening quotation mark to the next, or to the end. */
static void lex_phrase(struct lexer *lexer, enum lexeme_scope scope, enum query_field field, bool exact)
{
    size_t start = lexer->at, end = lexer->length;
    lexer->at = lexer->length;
    for (size_t i = start, next; i < lexer->length; i = next) {
        if (query_is_quote(utf8_decode(lexer->text, lexer->length, i, &next)) &&
            !query_quote_joins(lexer->text, lexer->length, i, next)) {
            end = i;
            lexer->at = next;
            break;
        }
    }
    if (start == lexer->length) {
        query_note(lexer->notes, "a quotation mark at the end opens nothing");
        return;
    }
    if (end == lexer->length) {
        char excerpt[QUERY_EXCERPT_SIZE];
        query_note(lexer->notes, "the quotation mark before %s is not closed; the phrase runs to the end",
                   query_excerpt(lexer->text + start, end - start, excerpt));
    }
    struct lexeme phrase = {.kind = LEXEME_PHRASE, .scope = scope, .field = field, .text = lexer->text + start};
    phrase.exact = exact ? EXACT_ALL : EXACT_SIGNED;
    phrase.length = end - start;
    lex_behind_phrase(lexer, &phrase);
    emit(lexer, phrase);
}

static bool is_operator(const char *word, size_t length, enum lexeme_kind *kind)
{
    if (length == 3 && memcmp(word, "AND", 3) == 0) *kind = LEXEME_AND;
    else if (length == 2 && memcmp(word, "OR", 2) == 0) *kind = LEXEME_OR;
    else if (length == 3 && memcmp(word, "NOT", 3) == 0) *kind = LEXEME_NOT;
    else return false;
    return true;
}

/* Whether a word is one with ~ and perhaps a number behind it, which other engines take for a word spelt nearly so. */
static bool ends_with_tilde(const char *word, size_t length)
{
    while (length > 0 && (is_digit(word[length - 1]) || word[length - 1] == '.')) length--;
    return length > 1 && word[length - 1] == '~';
}

static void lex_word(struct lexer *lexer, enum lexeme_scope scope, enum query_field field, bool exact, bool operators)
{
    struct lexeme word = {.kind = LEXEME_WORD, .scope = scope, .field = field, .boost = 1};
    word.exact = exact ? EXACT_ALL : EXACT_NONE;
    size_t start = lexer->at, i = start, end = 0;
    for (size_t next; end == 0 && i < lexer->length; i = next) {
        uint32_t here = utf8_decode(lexer->text, lexer->length, i, &next);
        if (here == '(' || here == ')' || white_space_is(here)) break;
        if (query_is_quote(here) && !query_quote_joins(lexer->text, lexer->length, i, next)) break;
        if (here != '^') continue;
        size_t after = i;
        if (i > start && boost_read(lexer, &after, &word.boost, false)) {
            end = i;
            next = after;
        } else if (i == start) {
            query_note(lexer->notes, "a ^ with nothing before it says nothing");
        } else {
            query_note(lexer->notes, "a ^ without a number says nothing");
        }
    }
    lexer->at = i;
    word.text = lexer->text + start;
    word.length = (end ? end : i) - start;
    if (ends_with_tilde(word.text, word.length)) {
        char excerpt[QUERY_EXCERPT_SIZE];
        query_note(lexer->notes, "%s: a ~ says something behind a phrase only; words are looked for as they are spelt",
                   query_excerpt(word.text, word.length, excerpt));
    }
    if (word.length > 1 && word.text[word.length - 1] == '*' && word.text[word.length - 2] != '*') {
        char excerpt[QUERY_EXCERPT_SIZE];
        query_note(lexer->notes, "%s: the * stands for no letters; only the word itself is looked for",
                   query_excerpt(word.text, word.length, excerpt));
    }
    if (operators && !end) is_operator(word.text, word.length, &word.kind);
    emit(lexer, word);
}

/* Behind `id:` an opening quotation mark: up to the same mark again (typographic: up to any), which doubled stands for itself. */
static void lex_id_quoted(struct lexer *lexer)
{
    const char *text = lexer->text;
    size_t start, next, i;
    bool ascii = utf8_decode(text, lexer->length, lexer->at, &start) == '"', closed = false, doubled = false;
    for (i = start; i < lexer->length; i = next) {
        uint32_t here = utf8_decode(text, lexer->length, i, &next);
        if (!(ascii ? here == '"' : query_is_quote(here))) continue;
        closed = !ascii || next >= lexer->length || text[next] != '"';
        if (closed) break;
        doubled = true;
        next++;
    }
    struct lexeme id = {.kind = LEXEME_ID, .boost = 1, .text = text + start, .length = i - start};
    char *copy = doubled ? arena_take(lexer->arena, id.length) : NULL;
    if (copy) {
        id.length = 0;
        for (size_t from = start; from < i; from++) {
            copy[id.length++] = text[from];
            from += text[from] == '"';
        }
        id.text = copy;
    }
    lexer->notes->failed |= doubled && !copy;
    if (!closed) query_note(lexer->notes, "the quotation mark after id: is not closed; the id runs to the end");
    lexer->at = closed ? next : lexer->length;
    emit(lexer, id);
}

/* Behind `id:`: up to a space, or a closing bracket that was not opened in it. Signs are part of an id. */
static void lex_id(struct lexer *lexer)
{
    size_t i = lexer->at, depth = 0, next;
    if (query_is_quote(utf8_decode(lexer->text, lexer->length, i, &next))) {
        lex_id_quoted(lexer);
        return;
    }
    for (; i < lexer->length; i = next) {
        uint32_t here = utf8_decode(lexer->text, lexer->length, i, &next);
        if (white_space_is(here) || (here == ')' && depth == 0)) break;
        depth += here == '(';
        depth -= here == ')';
    }
    emit(lexer, (struct lexeme){.kind = LEXEME_ID, .boost = 1, .text = lexer->text + lexer->at, .length = i - lexer->at});
    lexer->at = i;
}

/* A word with or without a field before it, or a field and its phrase or bracket. `bound`: a sign or a name with a colon
 * stands right before it; `exact`: a =. Returns whether what comes next is bound in turn. */
static bool lex_clause(struct lexer *lexer, bool bound, bool exact)
{
    size_t name_length, next;
    char excerpt[QUERY_EXCERPT_SIZE];
    const struct field_alias *alias = field_here(lexer, &name_length);
    const char *name = lexer->text + lexer->at;
    if (alias && at_nothing(lexer, lexer->at + name_length + 1)) {
        query_note(lexer->notes, "%s: is followed by nothing; it is taken as a word", alias->name);
        alias = NULL;
    } else if (!alias && name_length && looks_like_field(lexer, name_length)) {
        query_note(lexer->notes, "%s is not a field; it is taken as a word", query_excerpt(name, name_length + 1, excerpt));
        if (!bound) {
            emit(lexer, (struct lexeme){.kind = LEXEME_WORD, .boost = 1, .text = name, .length = name_length});
            lexer->at += name_length + 1;
            return true;
        }
    }
    if (!alias) {
        lex_word(lexer, SCOPE_NONE, QUERY_TEXT, exact, !bound && !exact);
        return false;
    }
    lexer->at += name_length + 1;
    if (alias->scope == SCOPE_FIELD && lex_equals(lexer)) exact = true;
    else if (exact && (alias->scope != SCOPE_FIELD || lexer->text[lexer->at] == '('))
        query_note(lexer->notes, "a = says something of a word or a phrase; before %s: it says nothing", alias->name);
    exact = exact && alias->scope == SCOPE_FIELD;
    uint32_t here = utf8_decode(lexer->text, lexer->length, lexer->at, &next);
    if (alias->scope == SCOPE_ID) {
        lex_id(lexer);
    } else if (here == '(') {
        emit(lexer, (struct lexeme){.kind = LEXEME_OPEN, .scope = alias->scope, .field = alias->field, .boost = 1});
        lexer->at = next;
    } else if (query_is_quote(here)) {
        lexer->at = next;
        lex_phrase(lexer, alias->scope, alias->field, exact);
    } else {
        lex_word(lexer, alias->scope, alias->field, exact, false);
    }
    return false;
}

/* At a '+' or '-' where a sign may stand. False: it is none. */
static bool lex_sign(struct lexer *lexer)
{
    char sign = lexer->text[lexer->at];
    size_t after = lexer->at + 1;
    if (after < lexer->length && lexer->text[after] == sign) return false; /* -- is a dash, ++ no one knows */
    while (after < lexer->length && (lexer->text[after] == '+' || lexer->text[after] == '-')) {
        query_note(lexer->notes, "of several signs before a word the first counts");
        after++;
    }
    if (!at_nothing(lexer, after) && lexer->text[after] != '^')
        emit(lexer, (struct lexeme){.kind = sign == '+' ? LEXEME_PLUS : LEXEME_MINUS, .boost = 1});
    else if (sign == '+')
        query_note(lexer->notes, "a + with nothing after it says nothing");
    lexer->at = after;
    return true;
}

static void lex_all(struct lexer *lexer)
{
    bool fresh = true, bound = false, exact = false; /* signs may stand here; one stands right before; that is a = */
    while (lexer->at < lexer->length) {
        size_t next, at = lexer->at;
        float lost = 1;
        double others;
        uint32_t here = utf8_decode(lexer->text, lexer->length, at, &next);
        bool was_bound = bound, was_exact = exact;
        bound = exact = false;
        if (white_space_is(here)) {
            lexer->at = next;
            fresh = true;
        } else if (here == '(') {
            emit(lexer, (struct lexeme){.kind = LEXEME_OPEN, .boost = 1});
            lexer->at = next;
            fresh = true;
        } else if (here == ')') {
            lexer->at = next;
            emit(lexer, (struct lexeme){.kind = LEXEME_CLOSE, .boost = boost_behind(lexer, false)});
            fresh = false;
        } else if (fresh && (here == '+' || here == '-') && lex_sign(lexer)) {
            bound = true;
            fresh = false;
        } else if ((fresh || was_bound) && here == '=' && query_equals_is_sign(lexer->text, lexer->length, at)) {
            exact = lex_equals(lexer);
            bound = was_bound;
            fresh = false;
        } else if (here == '^' && boost_read(lexer, &lexer->at, &lost, false)) {
            query_note(lexer->notes, "a boost with nothing right before it says nothing");
            fresh = false;
        } else if (here == '~' && !fresh && !was_bound && others_read(lexer, &others)) {
            query_note(lexer->notes, "a ~ says something of a phrase; behind anything else it says nothing");
        } else if (query_is_quote(here)) {
            lexer->at = next;
            bool inch = here == '"' && at > 0 && is_digit(lexer->text[at - 1]) && at_nothing(lexer, next);
            if (!inch) lex_phrase(lexer, SCOPE_NONE, QUERY_TEXT, was_exact);
            fresh = false;
        } else {
            bound = lex_clause(lexer, was_bound, was_exact);
            fresh = lexer->at < lexer->length && lexer->text[lexer->at - 1] == '('; /* field:( */
        }
    }
}

static void lex_plain(struct lexer *lexer)
{
    const char *text = lexer->text;
    for (size_t i = 0, end; i < lexer->length; i = end) {
        for (end = i + 1; end < lexer->length && (text[end] == ' ') == (text[i] == ' ');) end++;
        if (text[i] != ' ') emit(lexer, (struct lexeme){.kind = LEXEME_WORD, .boost = 1, .text = text + i, .length = end - i});
    }
}

void query_lex(const char *text, size_t length, bool plain, struct arena *arena, struct buffer *lexemes,
               struct query_notes *notes)
{
    struct lexer lexer = {.text = text, .length = length, .arena = arena, .lexemes = lexemes, .notes = notes};
    if (plain) lex_plain(&lexer);
    else lex_all(&lexer);
}
