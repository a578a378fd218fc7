#include "article_words.h"
#include "bytes.h"
#include "hash.h"
#include "short_bytes.h"

#include <stdlib.h>

enum {
    NO_WORD = UINT16_MAX,
    RUN_MOST = 256,
    BLOCK = 64,  /* bytes, in which there are at most half as many runs of letters */
    BATCH = 64,  /* runs of letters */
};

/* Four bytes, so that the slots of twenty thousand words leave room in a processor's second cache. */
struct word_slot {
    uint16_t tag;  /* the highest bits of the hash */
    uint16_t word; /* NO_WORD: empty */
};

struct article_word_table {
    struct word_slot *slots;     /* open addressing, at most half full */
    struct short_bytes *shorts;  /* the words of up to SHORT_MOST bytes, by number; of longer ones nothing */
    uint32_t mask;
    struct article_words words;
};

/* A run of letters that may be a word of the list. */
struct letters {
    size_t at, length;
    uint64_t hash;
    struct short_bytes word; /* if it is so short */
};

static inline struct letters letters_of(const uint8_t *text, size_t length, size_t at, size_t end)
{
    struct letters letters = {.at = at, .length = end - at};
    if (letters.length > SHORT_MOST) {
        letters.hash = hash_bytes(text + at, letters.length);
        return letters;
    }
    letters.word = short_bytes_of(text + at, letters.length, length - at);
    letters.hash = short_bytes_hash(letters.word, letters.length);
    return letters;
}

static inline uint16_t letters_tag(const struct letters *letters) { return (uint16_t)(letters->hash >> 48); }

static bool word_is_long(const struct article_words *words, uint32_t word, const uint8_t *bytes, size_t length)
{
    uint32_t entry = load_u32(words->entries + 4 * (size_t)word);
    return entry >> 24 == length && memcmp(words->bytes + (entry & 0xffffff), bytes, length) == 0;
}

/* The word's slot, or the empty one where it would be. No byte of a word is 0, so short ones that are equal are equally long. */
static inline struct word_slot *word_slot(const struct article_word_table *table, const uint8_t *text,
                                          const struct letters *letters)
{
    uint32_t tag = letters_tag(letters), at = (uint32_t)letters->hash & table->mask;
    for (;; at = (at + 1) & table->mask) {
        struct word_slot *slot = &table->slots[at];
        if (slot->word == NO_WORD) return slot;
        if (slot->tag != tag) continue;
        const struct short_bytes *word = &table->shorts[slot->word];
        if ((word->first ^ letters->word.first) | (word->second ^ letters->word.second)) continue;
        if (letters->length <= SHORT_MOST || word_is_long(&table->words, slot->word, text + letters->at, letters->length))
            return slot;
    }
}

static void word_table_fill(struct article_word_table *table)
{
    const struct article_words *words = &table->words;
    for (uint32_t i = 0; i <= table->mask; i++) table->slots[i].word = NO_WORD;
    for (uint32_t word = 0; word < words->count; word++) {
        uint32_t entry = load_u32(words->entries + 4 * (size_t)word), length = entry >> 24, offset = entry & 0xffffff;
        if (length < WORD_LEAST || length > WORD_MOST || offset + length > words->length) continue;
        struct letters letters = letters_of(words->bytes, words->length, offset, offset + length);
        struct word_slot *slot = word_slot(table, words->bytes, &letters);
        if (slot->word != NO_WORD) continue;
        *slot = (struct word_slot){letters_tag(&letters), (uint16_t)word};
        table->shorts[word] = letters.word;
    }
}

struct article_word_table *article_word_table_make(const struct article_words *words)
{
    struct article_word_table *table = calloc(1, sizeof *table);
    uint32_t size = 16;
    while (size < 2 * words->count) size *= 2;
    if (!table) return NULL;
    *table = (struct article_word_table){calloc(size, sizeof *table->slots), calloc(words->count + 1, sizeof *table->shorts),
                                         size - 1, *words};
    if (!table->slots || !table->shorts) {
        article_word_table_free(table);
        return NULL;
    }
    word_table_fill(table);
    return table;
}

void article_word_table_free(struct article_word_table *table)
{
    if (!table) return;
    free(table->slots);
    free(table->shorts);
    free(table);
}

/* Whether a word has one byte or two can't be foretold, so both are put. */
static inline uint8_t *put_word(uint8_t *out, uint32_t word)
{
    uint32_t is_long = word >= WORD_SHORT_COUNT, rest = word - WORD_SHORT_COUNT;
    out[0] = (uint8_t)(is_long ? WORD_LONG + (rest >> 8) : WORD_SHORT + word);
    out[1] = (uint8_t)rest;
    return out + 1 + is_long;
}

/* Letters that are no word of the list: those that are not ASCII in runs. */
static uint8_t *put_letters(uint8_t *out, const uint8_t *text, const struct letters *letters)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t length = letters->length;
    text += letters->at;
    if (length <= SHORT_MOST && !((letters->word.first | letters->word.second) & high)) {
        store_u64(out, letters->word.first);
        store_u64(out + 8, letters->word.second);
        return out + length;
    }
    for (size_t at = 0; at < length;) {
        size_t run = 0;
        while (run < RUN_MOST && at + run < length && text[at + run] >= 0x80) run++;
        if (!run) {
            *out++ = text[at++];
            continue;
        }
        *out++ = WORD_BYTES;
        *out++ = (uint8_t)(run - 1);
        memcpy(out, text + at, run);
        out += run;
        at += run;
    }
    return out;
}

/* What lies between words. *space: a space that goes without saying was not put yet. */
static uint8_t *put_between(uint8_t *out, const uint8_t *text, size_t at, size_t end, bool *space)
{
    for (; at < end; at++) {
        if (*space) *out++ = ' ';
        *space = text[at] == ' ' && at > 0 && article_word_spaced(text[at - 1]);
        if (!*space) *out++ = text[at];
    }
    return out;
}

/* Bit i: text[i] is a letter, of 64 bytes. */
static inline uint64_t letter_set(const uint8_t *text)
{
    uint64_t set = 0;
    for (unsigned i = 0; i < BLOCK; i += 8) {
        uint64_t ones = article_word_letters(load_u64(text + i)) >> 7;
        set |= (ones * UINT64_C(0x0102040810204080) >> 56) << i; /* the lowest bits of eight bytes side by side */
    }
    return set;
}

static inline void add_letters(const struct article_word_table *table, const uint8_t *text, size_t length, size_t at, size_t end,
                               struct letters *found)
{
    *found = letters_of(text, length, at, end);
    __builtin_prefetch(&table->slots[(uint32_t)found->hash & table->mask]);
}

/* The runs of letters that end in the 64 bytes at *at, which is then where the next block begins: a run that goes on is left for
 * that, unless it is all of these. */
static inline uint32_t block_letters(const struct article_word_table *table, const uint8_t *text, size_t length, size_t *at,
                                     struct letters *found)
{
    uint32_t count = 0;
    size_t here = *at;
    uint64_t set = letter_set(text + here), starts = set & ~(set << 1), ends = ~set & set << 1;
    *at = here + BLOCK;
    for (; ends; starts &= starts - 1, ends &= ends - 1)
        add_letters(table, text, length, here + (size_t)__builtin_ctzll(starts), here + (size_t)__builtin_ctzll(ends),
                    &found[count++]);
    if (!starts) return count;
    size_t start = here + (size_t)__builtin_ctzll(starts);
    if (start > here) {
        *at = start;
        return count;
    }
    *at = article_word_end(text, length, start);
    add_letters(table, text, length, start, *at, found);
    return 1;
}

/* The next runs of letters from *at on; what a look-up of each will want of the memory is asked for. */
static uint32_t find_letters(const struct article_word_table *table, const uint8_t *text, size_t length, size_t *at,
                             struct letters found[BATCH])
{
    uint32_t count = 0;
    size_t here = *at;
    while (length - here >= BLOCK && count <= BATCH - BLOCK / 2)
        count += block_letters(table, text, length, &here, found + count);
    while (length - here < BLOCK && here < length && count < BATCH) {
        size_t end = article_word_end(text, length, here);
        if (end > here) add_letters(table, text, length, here, end, &found[count++]);
        here = end < length ? end + 1 : end; /* behind letters stands something else */
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct word_slot *slot = &table->slots[(uint32_t)found[i].hash & table->mask];
        if (slot->word != NO_WORD) __builtin_prefetch(&table->shorts[slot->word]);
    }
    *at = here;
    return count;
}

bool article_words_encode(const struct article_word_table *table, const uint8_t *text, size_t length, struct buffer *out)
{
    /* At most: every second byte a run of one; and what is put by sixteens. */
    uint8_t *start = buffer_reserve(out, 2 * length + 2 + SHORT_MOST), *put = start;
    bool space = false, behind_letters = false; /* at `done` */
    if (!start) return false;
    for (size_t ahead = 0, done = 0; ahead < length;) {
        struct letters found[BATCH];
        uint32_t count = find_letters(table, text, length, &ahead, found);
        for (uint32_t i = 0; i < count; i++) {
            size_t at = found[i].at, size = found[i].length;
            /* Mostly it is a space that goes without saying. */
            if (behind_letters && at - done == 1 && text[done] == ' ') space = true;
            else put = put_between(put, text, done, at, &space);
            uint32_t word = NO_WORD;
            if (size >= WORD_LEAST && size <= WORD_MOST) word = word_slot(table, text, &found[i])->word;
            if (word != NO_WORD) {
                if (!space && at > 0 && article_word_spaced(text[at - 1])) *put++ = WORD_JOINED;
                put = put_word(put, word);
            } else {
                if (space) *put++ = ' ';
                put = put_letters(put, text, &found[i]);
            }
            space = false;
            behind_letters = true;
            done = at + size;
        }
        if (done < ahead) behind_letters = false;
        put = put_between(put, text, done, ahead, &space);
        done = ahead;
    }
    if (space) *put++ = ' ';
    out->length += (size_t)(put - start);
    return true;
}
