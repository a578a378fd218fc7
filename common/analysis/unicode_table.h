/*
 * What the analysis knows of each code point: one small record a kind of character, and a two-stage table from
 * code point to record (the Unicode Standard, section 5.1, "multistage tables"). unicode_table.c is generated from the
 * Unicode Character Database by generate/unicode_table_generate.c (`make unicode-tables`).
 */
#ifndef ANALYSIS_UNICODE_TABLE_H
#define ANALYSIS_UNICODE_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Word_Break property values (UAX #29, table 3). */
enum word_break {
    WB_OTHER,
    WB_CR,
    WB_LF,
    WB_NEWLINE,
    WB_EXTEND,
    WB_ZWJ,
    WB_FORMAT,
    WB_REGIONAL_INDICATOR,
    WB_KATAKANA,
    WB_HEBREW_LETTER,
    WB_ALETTER,
    WB_SINGLE_QUOTE,
    WB_DOUBLE_QUOTE,
    WB_MID_NUM_LET,
    WB_MID_LETTER,
    WB_MID_NUM,
    WB_NUMERIC,
    WB_EXTEND_NUM_LET,
    WB_WSEG_SPACE,
};

enum character_flag {
    CHARACTER_LETTER = 1 << 0,         /* general category L */
    CHARACTER_NUMBER = 1 << 1,         /* general category N */
    CHARACTER_NGRAM = 1 << 2,          /* of a script indexed by n-grams (RULES.md) */
    CHARACTER_EMOJI = 1 << 3,          /* Emoji_Presentation: a picture unless told otherwise */
    CHARACTER_PICTOGRAPH = 1 << 4,     /* Extended_Pictographic */
    CHARACTER_SIMPLE_CLUSTER = 1 << 5, /* two of these in a row are always two grapheme clusters */
    CHARACTER_ACCENT_BASE = 1 << 6,    /* Latin, Greek, Cyrillic or common: marks on it are accents */
    CHARACTER_MARK = 1 << 7,           /* nonspacing or enclosing mark */
    CHARACTER_OPTIONAL = 1 << 8,       /* Arabic vowel signs and tatweel, Hebrew points: most text does without */
    CHARACTER_LOWER = 1 << 9,          /* Sentence_Break Lower, Upper, STerm, ATerm, Close */
    CHARACTER_UPPER = 1 << 10,
    CHARACTER_STOP = 1 << 11,
    CHARACTER_FULL_STOP = 1 << 12,
    CHARACTER_CLOSE = 1 << 13,
};

struct character {
    uint8_t word_break;     /* enum word_break, as Unicode has it */
    uint8_t tailored_break; /* the same as the tokenizer wants it (RULES.md) */
    uint16_t flags;
};

enum { CHARACTER_BLOCK_BITS = 7 };

extern const uint16_t character_blocks[0x110000 >> CHARACTER_BLOCK_BITS];
extern const uint8_t character_kinds[][1 << CHARACTER_BLOCK_BITS];
extern const struct character characters[];
extern const char character_unicode_version[]; /* such as "15.0.0" */

static inline struct character character_of(uint32_t code_point)
{
    if (code_point >= 0x110000) code_point = 0xfffd;
    size_t block = character_blocks[code_point >> CHARACTER_BLOCK_BITS];
    return characters[character_kinds[block][code_point & ((1u << CHARACTER_BLOCK_BITS) - 1)]];
}

#endif
