#include "word_cut.h"

#include <stdint.h>

static bool is_ascii_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* How many bytes of a word begin here: 0 where none do. General and CJK punctuation and the signs of Latin-1 are no words. */
static size_t word_bytes_at(const char *text, size_t left)
{
    const uint8_t c = (uint8_t)*text;
    if (c < 0x80) return is_ascii_word(c);
    if (c < 0xC0) return 1; /* continues a character */
    const size_t wanted = c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4, length = wanted < left ? wanted : left;
    const uint8_t second = left > 1 ? (uint8_t)text[1] : 0;
    const bool punctuation = (c == 0xC2 && second < 0xC0) || (c == 0xE2 && (second == 0x80 || second == 0x81)) ||
                             (c == 0xE3 && second == 0x80);
    return punctuation ? 0 : length;
}

static size_t sign_bytes_at(const char *text, size_t left)
{
    const uint8_t c = (uint8_t)*text;
    const size_t wanted = c < 0xC0 ? 1 : c < 0xE0 ? 2 : 3;
    return wanted < left ? wanted : left;
}

bool word_cut_next(const char *text, size_t length, struct word_span *span)
{
    size_t at = span->end, step = 0;
    while (at < length && (step = word_bytes_at(text + at, length - at)) == 0) at += sign_bytes_at(text + at, length - at);
    if (at == length) return false;
    span->start = at;
    while (at < length && (step = word_bytes_at(text + at, length - at)) > 0) {
        if (at + step - span->start > WORD_BYTES_MOST) break;
        at += step;
    }
    span->end = at;
    return true;
}

size_t word_cut_fold(const char *text, struct word_span span, char *folded)
{
    for (size_t i = span.start; i < span.end; i++) {
        const char c = text[i];
        folded[i - span.start] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return span.end - span.start;
}
