#include "charset.h"

#include "status.h"
#include "utf8.h"

#include <string.h>
#include <strings.h>

/* ---- Deciding ---- */

static bool charset_is_utf8(const char *name)
{
    return strcasecmp(name, "utf-8") == 0 || strcasecmp(name, "utf8") == 0;
}

/* The encoding an XML declaration at the very beginning names. */
static bool charset_declared(const char *bytes, size_t length, char name[32])
{
    if (length < 5 || memcmp(bytes, "<?xml", 5) != 0) return false;
    const char *end = memchr(bytes, '>', length < 256 ? length : 256);
    if (!end) return false;
    const char *key = memmem(bytes, (size_t)(end - bytes), "encoding", 8);
    if (!key) return false;
    key += 8;
    while (key < end && (*key == ' ' || *key == '=' || *key == '"' || *key == '\'')) key++;
    size_t count = 0;
    while (key + count < end && count < 31 && !memchr("\"' ?", key[count], 4)) count++;
    memcpy(name, key, count);
    name[count] = '\0';
    return count > 0;
}

/* Whether a character of this number below U+0100 is one of text. */
static bool latin1_text(uint8_t byte)
{
    return byte >= 0x20 || (byte >= '\t' && byte <= '\r');
}

/* UTF-16 without a mark: text in it has many characters below U+0100, whose zero bytes all stand on one side. */
static const char *charset_utf16(const uint8_t *bytes, size_t length)
{
    size_t pairs = (length < 4096 ? length : 4096) / 2, first = 0, second = 0;
    for (size_t i = 0; i < pairs; i++) {
        uint8_t a = bytes[2 * i], b = bytes[2 * i + 1];
        if (a == 0 ? !latin1_text(b) : b == 0 && !latin1_text(a)) return NULL;
        first += a == 0;
        second += b == 0;
    }
    size_t zeros = first + second;
    if (zeros < 4 || zeros * 5 < pairs * 2 || (first && second)) return NULL;
    return first ? "UTF-16BE" : "UTF-16LE";
}

void charset_decide(const uint8_t *bytes, size_t length, const char *said, struct charset *charset)
{
    *charset = (struct charset){.unit = 1};
    const char *name = said;
    bool utf8_mark = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
    if (name) {
        bool utf16 = strncasecmp(name, "utf-16", 6) == 0 || strncasecmp(name, "ucs-2", 5) == 0;
        bool utf32 = strncasecmp(name, "utf-32", 6) == 0 || strncasecmp(name, "ucs-4", 5) == 0;
        charset->unit = utf32 ? 4 : utf16 ? 2 : 1;
        if (charset_is_utf8(name) && utf8_mark) charset->mark = 3;
        if (utf16 && length >= 2) {
            bool little = memcmp(bytes, "\xff\xfe", 2) == 0, big = memcmp(bytes, "\xfe\xff", 2) == 0;
            if (little || big) {
                charset->mark = 2;
                name = little ? "UTF-16LE" : "UTF-16BE";
            } else if (strcasecmp(name, "utf-16") == 0) {
                const char *evident = charset_utf16(bytes, length);
                name = evident ? evident : "UTF-16LE";
            }
        }
    } else if (length >= 4 && (memcmp(bytes, "\xff\xfe\0\0", 4) == 0 || memcmp(bytes, "\0\0\xfe\xff", 4) == 0)) {
        name = bytes[0] ? "UTF-32LE" : "UTF-32BE";
        charset->mark = charset->unit = 4;
    } else if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
        name = bytes[0] == 0xff ? "UTF-16LE" : "UTF-16BE";
        charset->mark = charset->unit = 2;
    } else if (utf8_mark) {
        charset->mark = 3;
    } else if ((name = charset_utf16(bytes, length)) != NULL) {
        charset->unit = 2;
    } else if (charset_declared((const char *)bytes, length, charset->declared) &&
               strncasecmp(charset->declared, "utf-", 4) != 0 && strcasecmp(charset->declared, "us-ascii") != 0) {
        name = charset->declared;
    }
    charset->name = name && !charset_is_utf8(name) ? name : NULL;
}

/* ---- Old Windows text ---- */

/* Sequences of two bytes or more in valid text: each has one byte of this kind, its first. */
static uint64_t count_sequences(const char *bytes, size_t length)
{
    uint64_t sequences = 0;
    for (size_t i = 0; i < length; i++) sequences += (uint8_t)bytes[i] >= 0xc0;
    return sequences;
}

void charset_weigh(const char *bytes, size_t length, struct charset_evidence *evidence)
{
    size_t at = 0;
    while (at < length) {
        size_t valid = utf8_valid_prefix(bytes + at, length - at);
        evidence->sequences += count_sequences(bytes + at, valid);
        at += valid;
        if (at < length) {
            evidence->breaks++;
            at++;
        }
    }
}

/* Windows-1252 (the WHATWG's index of that name) where it differs from ISO 8859-1: 0x80 to 0x9f. 0: no character. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017d, 0,
    0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e,
    0x0178,
};

uint32_t charset_windows_1252(uint8_t byte)
{
    return byte >= 0x80 && byte <= 0x9f ? windows_1252[byte - 0x80] : byte;
}

bf_status charset_settle(const char *bytes, size_t length, bool weighed, struct charset_evidence *evidence, struct arena *arena,
                         bf_text *text, bool *converted, size_t *bad, bf_error *error)
{
    size_t valid = utf8_valid_prefix(bytes, length);
    *converted = false;
    if (!weighed) {
        evidence->sequences += count_sequences(bytes, valid);
        charset_weigh(bytes + valid, length - valid, evidence);
    }
    if (valid == length) {
        *text = (bf_text){bytes, length};
        return BF_OK;
    }
    *bad = valid;
    if (evidence->breaks <= evidence->sequences)
        return fail(error, BF_REFUSED, "invalid encoding: byte 0x%02x is not UTF-8, as the rest of the file is",
                    (uint8_t)bytes[valid]);
    char *out = arena_take(arena, length > SIZE_MAX / 3 ? SIZE_MAX : length * 3);
    if (!out) return fail_memory(error);
    size_t at = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        uint32_t code_point = charset_windows_1252(byte);
        if (code_point == 0 && byte != 0) {
            *bad = i;
            return fail(error, BF_REFUSED, "invalid encoding: byte 0x%02x is neither UTF-8 nor Windows-1252; name its encoding",
                        byte);
        }
        at += utf8_put(code_point, out + at);
    }
    *text = (bf_text){out, at};
    *converted = true;
    return BF_OK;
}
