/*
 * What character encoding bytes are in.
 *
 * In order: what the user says; a byte order mark; UTF-16 shown by where the zeros stand; an XML declaration; otherwise UTF-8.
 * In bytes that are taken for UTF-8 but break its rules, see charset_settle.
 */
#ifndef READER_CHARSET_H
#define READER_CHARSET_H

#include "arena.h"
#include "reader.h"

struct charset {
    const char *name;  /* as iconv names it; NULL: UTF-8, nothing to convert */
    size_t mark;       /* bytes of a byte order mark to pass over */
    size_t unit;       /* bytes of its smallest unit: 1, 2 or 4 */
    char declared[32]; /* room for a name found in the text */
};

/* Decides from a stream's first bytes. `said` is the user's word for it, or NULL. */
void charset_decide(const uint8_t *bytes, size_t length, const char *said, struct charset *charset);

/* How far the bytes of a file kept to UTF-8 where they are not ASCII. */
struct charset_evidence {
    uint64_t sequences; /* well-formed sequences of two bytes or more */
    uint64_t breaks;    /* bytes that belong to no well-formed sequence */
};

/* The character a byte stands for in Windows-1252; 0 for the five that stand for none, and for 0. */
uint32_t charset_windows_1252(uint8_t byte);

void charset_weigh(const char *bytes, size_t length, struct charset_evidence *evidence);

/*
 * Makes one record's bytes, taken for UTF-8, valid text. If they are not, the file decides: as long as what was read of it (the
 * record included, which is weighed here unless `weighed`) has more bytes that break UTF-8 than sequences that keep to it, it
 * is evidently an old Windows file, and the record is converted from Windows-1252, of which Latin-1 is the printable part;
 * *converted says so. Otherwise it is a damaged record in a UTF-8 file: BF_REFUSED, and *bad is the offset of the first byte
 * that breaks the rules. The text is the bytes themselves or lives in the arena.
 */
bf_status charset_settle(const char *bytes, size_t length, bool weighed, struct charset_evidence *evidence, struct arena *arena,
                         bf_text *text, bool *converted, size_t *bad, bf_error *error);

#endif
