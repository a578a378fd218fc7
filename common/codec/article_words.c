/* words (u16); for each where its bytes begin and their number (u32, 24 and 8 bits); the bytes. */
#include "article_words.h"

#include "bytes.h"
#include "status.h"

enum { COUNT_SIZE = 2, ENTRY_SIZE = 4, OFFSET_BITS = 24, STEP = 16 };

const char *article_words_open(const uint8_t *record, size_t length, const uint8_t *end, struct article_words *words)
{
    if (length < COUNT_SIZE) return "a list of words is cut short";
    uint32_t count = load_u16(record);
    if (count > WORDS_MOST) return "a list has more words than there are codes";
    size_t head = COUNT_SIZE + ENTRY_SIZE * (size_t)count;
    if (head > length || length > WORDS_BYTES_MOST) return "a list of words has an impossible length";
    *words = (struct article_words){record + COUNT_SIZE, record + head, count, (uint32_t)(length - head), end};
    return NULL;
}

/* The words' bytes are copied by sixteens, as far as the record and the room allow. */
static inline void copy_word(uint8_t *out, const uint8_t *bytes, uint32_t length, const uint8_t *end)
{
    if (end - bytes < WORD_MOST + STEP) {
        memcpy(out, bytes, length);
        return;
    }
    memcpy(out, bytes, STEP);
    for (uint32_t at = STEP; at < length; at += STEP) memcpy(out + at, bytes + at, STEP);
}

const char *article_words_decode(const struct article_words *words, const uint8_t *coded, size_t length, size_t wanted,
                                 struct buffer *out)
{
    static const char too_long[] = "an article's words are more than its record";
    static const char cut_short[] = "an article's words are cut short";
    uint8_t *start = buffer_reserve(out, wanted + 1 + WORD_MOST + STEP);
    if (!start) return memory_rule;
    uint8_t *here = start, *limit = start + wanted;
    const uint8_t *at = coded, *end = coded + length;
    bool joined = false;
    while (at < end) {
        uint32_t code = *at++;
        if (here > limit) return too_long;
        if (code < WORD_SHORT) {
            if (joined) return "an article joins what is no word";
            *here++ = (uint8_t)code;
        } else if (code < WORD_JOINED) {
            uint32_t word = code - WORD_SHORT;
            if (code >= WORD_LONG) {
                if (at == end) return cut_short;
                word = WORD_SHORT_COUNT + ((code - WORD_LONG) << 8 | *at++);
            }
            if (word >= words->count) return "an article has a word that its dictionary has not";
            uint32_t entry = load_u32(words->entries + ENTRY_SIZE * (size_t)word), size = entry >> OFFSET_BITS;
            uint32_t offset = entry & ((1U << OFFSET_BITS) - 1);
            if (size > WORD_MOST || offset + size > words->length) return "a word is outside its list";
            if (here > start && article_word_spaced(here[-1]) && !joined) *here++ = ' ';
            copy_word(here, words->bytes + offset, size, words->end);
            here += size;
            joined = false;
        } else if (joined) {
            return "an article joins what is no word";
        } else if (code == WORD_JOINED) {
            joined = true;
        } else {
            if (at == end || (size_t)(end - at) < (size_t)*at + 2) return cut_short;
            size_t size = (size_t)*at++ + 1;
            if (size > (size_t)(limit - here)) return too_long;
            memcpy(here, at, size);
            here += size;
            at += size;
        }
    }
    if (joined) return cut_short;
    if (here != limit) return here > limit ? too_long : "an article's words are less than its record";
    out->length += wanted;
    return NULL;
}
