#include "fold.h"

#include "unicode_table.h"
#include "utf8.h"
#include "utf8_decode.h"

#include <utf8proc.h>

/* The longest decomposition there is, U+FDFA, makes 18 code points of 3 bytes. */
enum { FOLD_POINTS = FOLD_PIECE * 6 + 32 };

static bool is_apostrophe(uint32_t c)
{
    return c == 0x2018 || c == 0x2019 || c == 0x201b || (c >= 0x02b9 && c <= 0x02bf) || c == 0x05f3 || c == 0x55a;
}

/* A letter of its own alphabet that Unicode takes apart into another and a mark: nobody writes one for the other. */
static bool is_whole_letter(uint32_t base, uint32_t mark)
{
    if (mark == 0x306) return base == 0x438 || base == 0x443;  /* й ў */
    if (mark == 0x308) return base == 0x456;                   /* ї */
    if (mark == 0x301) return base == 0x433 || base == 0x43a;  /* ѓ ќ */
    return false;
}

/* Letters with a stroke through them, and joined letters, have no decomposition; people without the key write these. */
static const char *plain_letters(uint32_t code_point)
{
    switch (code_point) {
    case 0xe6: return "ae";
    case 0xf0: return "d";
    case 0xf8: return "o";
    case 0xfe: return "th";
    case 0x111: return "d";
    case 0x127: return "h";
    case 0x131: return "i";
    case 0x138: return "k";
    case 0x142: return "l";
    case 0x14b: return "n";
    case 0x153: return "oe";
    case 0x167: return "t";
    case 0x180: return "b";
    case 0x1dd: case 0x259: return "e";
    case 0x257: case 0x256: return "d";
    case 0x253: return "b";
    case 0x199: return "k";
    case 0x268: return "i";
    case 0x289: return "u";
    default: return NULL;
    }
}

/* Takes out of `points` what the fold leaves out; returns how many are left. */
static size_t fold_thin(utf8proc_int32_t *points, size_t count, bool accents)
{
    size_t kept = 0;
    uint32_t base = 0;
    bool accent_base = false;
    for (size_t i = 0; i < count; i++) {
        uint32_t point = (uint32_t)points[i];
        unsigned flags = character_of(point).flags;
        bool mark = flags & CHARACTER_MARK;
        if (is_apostrophe(point)) point = '\'';
        if (point == 0x326 && (base == 's' || base == 't')) point = 0x327; /* Romanian: comma or cedilla, one letter */
        if (point == '"' || point == 0x5f4) continue; /* inside a word: a Hebrew abbreviation */
        if (point >= 0x1f3fb && point <= 0x1f3ff && i > 0) continue; /* the skin tone of an emoji */
        if (accents && flags & CHARACTER_OPTIONAL) continue;
        if (accents && mark && accent_base && !is_whole_letter(base, point)) continue;
        if (!mark) {
            base = point;
            accent_base = flags & CHARACTER_ACCENT_BASE;
        }
        points[kept++] = (utf8proc_int32_t)point;
    }
    return kept;
}

static void fold_write(struct buffer *out, const utf8proc_int32_t *points, size_t count, bool accents)
{
    uint8_t *at = buffer_reserve(out, count * 4);
    if (!at) return;
    uint8_t *begin = at;
    for (size_t i = 0; i < count; i++) {
        const char *plain = accents ? plain_letters((uint32_t)points[i]) : NULL;
        if (plain) {
            while (*plain) *at++ = (uint8_t)*plain++;
        } else {
            at += utf8_put((uint32_t)points[i], (char *)at);
        }
    }
    out->length += (size_t)(at - begin);
}

/* Puts marks in canonical order, at most MARKS_ORDERED of them at a time: the bound of UAX #15's stream-safe format, here so
 * that a word of nothing but marks takes linear time. */
static void fold_order(utf8proc_int32_t *points, size_t count)
{
    enum { MARKS_ORDERED = 30 };
    uint8_t classes[FOLD_POINTS];
    size_t first = 0; /* no mark moves before this one */
    for (size_t i = 0; i < count; i++) {
        utf8proc_int32_t point = points[i];
        uint8_t class = (uint8_t)utf8proc_get_property(point)->combining_class;
        size_t at = i;
        if (class == 0 || i - first == MARKS_ORDERED) first = class == 0 ? i + 1 : i;
        for (; at > first && classes[at - 1] > class; at--) {
            points[at] = points[at - 1];
            classes[at] = classes[at - 1];
        }
        points[at] = point;
        classes[at] = class;
    }
}

/* The code points of the text, taken apart, case folded and put in order. */
static size_t fold_decompose(const char *text, size_t length, unsigned how, utf8proc_int32_t points[FOLD_POINTS])
{
    const utf8proc_option_t options =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    size_t count = 0;
    for (size_t at = 0; at < length;) {
        utf8proc_int32_t point = (utf8proc_int32_t)utf8_take(text, length, at, &at);
        if (how & FOLD_TURKISH && point == 'I') point = 0x131;
        if (how & FOLD_TURKISH && point == 0x130) point = 'i';
        int boundary = UTF8PROC_BOUNDCLASS_START;
        utf8proc_ssize_t room = (utf8proc_ssize_t)(FOLD_POINTS - count);
        utf8proc_ssize_t made = utf8proc_decompose_char(point, points + count, room, options, &boundary);
        if (made < 0 || made > room) points[count++] = point; /* no error utf8proc has for a code point of valid text */
        else count += (size_t)made;
    }
    fold_order(points, count);
    return count;
}

static void fold_piece(struct buffer *out, const char *text, size_t length, unsigned how)
{
    utf8proc_int32_t points[FOLD_POINTS];
    if (utf8_valid_prefix(text, length) != length) { /* as it is: the tokenizer's text was not valid after all */
        buffer_append(out, text, length);
        return;
    }
    size_t decomposed = fold_decompose(text, length, how, points);
    size_t kept = fold_thin(points, decomposed, how & FOLD_ACCENTS);
    utf8proc_ssize_t count = utf8proc_normalize_utf32(points, (utf8proc_ssize_t)kept, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    fold_write(out, points, count > 0 ? (size_t)count : 0, how & FOLD_ACCENTS);
}

void fold_append(struct buffer *out, const char *text, size_t length, unsigned how)
{
    while (length > FOLD_PIECE) {
        size_t cut = utf8_back(text, FOLD_PIECE + 1); /* before the code point that crosses the limit */
        fold_piece(out, text, cut, how);
        text += cut;
        length -= cut;
    }
    fold_piece(out, text, length, how);
}
