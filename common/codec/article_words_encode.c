#include "article_words.h"
#include "bytes.h"
#include "hash.h"
#include "short_bytes.h"

#include <stdlib.h>

enum { NO_WORD = UINT16_MAX, RUN_MOST = 256, BATCH = 32 };

/* Eight bytes, so that the slots of twenty thousand words stay in a processor's second cache. */
struct word_slot {
    uint32_t tag;    /* high half of the hash */
    uint16_t word;   /* NO_WORD: empty */
    uint16_t length;
};

struct article_word_table {
    struct word_slot *slots;     /* open addressing, at most half full */
    struct short_bytes *shorts;  /* the words of up to SHORT_MOST bytes, by number */
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

/* The word's slot, or the empty one where it would be. */
static inline struct word_slot *word_slot(const struct article_word_table *table, const uint8_t *text,
                                          const struct letters *letters)
{
    uint32_t tag = (uint32_t)(letters->hash >> 32), at = (uint32_t)letters->hash & table->mask;
    for (;; at = (at + 1) & table->mask) {
        struct word_slot *slot = &table->slots[at];
        if (slot->word == NO_WORD) return slot;
        if (slot->tag != tag || slot->length != letters->length) continue;
        if (letters->length <= SHORT_MOST) {
            const struct short_bytes *word = &table->shorts[slot->word];
            if (!((word->first ^ letters->word.first) | (word->second ^ letters->word.second))) return slot;
            continue;
        }
        uint32_t entry = load_u32(table->words.entries + 4 * (size_t)slot->word);
        if (memcmp(table->words.bytes + (entry & 0xffffff), text + letters->at, letters->length) == 0) return slot;
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
        *slot = (struct word_slot){(uint32_t)(letters.hash >> 32), (uint16_t)word, (uint16_t)length};
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

static uint8_t *put_word(uint8_t *out, uint32_t word)
{
    if (word < WORD_SHORT_COUNT) {
        *out++ = (uint8_t)(WORD_SHORT + word);
        return out;
    }
    word -= WORD_SHORT_COUNT;
    *out++ = (uint8_t)(WORD_LONG + (word >> 8));
    *out++ = (uint8_t)word;
    return out;
}

/* Letters that are no word of the list: those that are not ASCII in runs. */
static uint8_t *put_letters(uint8_t *out, const uint8_t *text, size_t length)
{
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

/* The next runs of letters from *at on; what a look-up of each will want of the memory is asked for. */
static uint32_t find_letters(const struct article_word_table *table, const uint8_t *text, size_t length, size_t *at,
                             struct letters found[BATCH])
{
    uint32_t count = 0;
    size_t here = *at;
    while (here < length && count < BATCH) {
        size_t end = article_word_end(text, length, here);
        if (end > here) {
            struct letters letters = letters_of(text, length, here, end);
            __builtin_prefetch(&table->slots[(uint32_t)letters.hash & table->mask]);
            found[count++] = letters;
        }
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
    /* At most: every second byte a run of one. */
    uint8_t *start = buffer_reserve(out, 2 * length + 2), *put = start;
    bool space = false;
    if (!start) return false;
    for (size_t ahead = 0, done = 0; ahead < length;) {
        struct letters found[BATCH];
        uint32_t count = find_letters(table, text, length, &ahead, found);
        for (uint32_t i = 0; i < count; i++) {
            size_t at = found[i].at, size = found[i].length;
            put = put_between(put, text, done, at, &space);
            uint32_t word = NO_WORD;
            if (size >= WORD_LEAST && size <= WORD_MOST) word = word_slot(table, text, &found[i])->word;
            if (word != NO_WORD) {
                if (!space && at > 0 && article_word_spaced(text[at - 1])) *put++ = WORD_JOINED;
                put = put_word(put, word);
            } else {
                if (space) *put++ = ' ';
                put = put_letters(put, text + at, size);
            }
            space = false;
            done = at + size;
        }
        put = put_between(put, text, done, ahead, &space);
        done = ahead;
    }
    if (space) *put++ = ' ';
    out->length += (size_t)(put - start);
    return true;
}
