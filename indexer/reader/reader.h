/*
 * Article bytes to articles. A reader takes a path (file, folder, "-" for standard input, or any of them compressed or in
 * an archive), finds out by content what form each file has, and hands out its articles one by one.
 *
 * A record that breaks a rule is refused: reported, and reading goes on with the next. Readers know nothing of
 * indexes; they depend on the public header and common/base (and utf8) only.
 *
 * What is decided where:
 * - containers, and how deep they may stand in each other: container.h, reader.c; folders: folder.h
 * - encodings: charset.h. In short: marks, UTF-16 and declarations count; else UTF-8, and a file that breaks it more often than
 *   it keeps to it is an old Windows one; one bad record in a UTF-8 file is refused
 * - the form: sniff.h. A file of text is one article, whatever lines of dashes or form feeds it has
 * - how text is cleaned, and datelines: article_draft.h, dateline.h; wire text: wire.h; JSON: json_article.h, member_map.h;
 *   SGML: sgml_record.h
 * - ids of records that have none: article_id.h. The path in them is the user's, without "./" and the like; members of archives
 *   stand behind the archive's name and a slash; standard input is "stdin"
 *
 * What a reader hands out, written as a line of JSON, it reads back as the same article to the byte.
 */
#ifndef READER_READER_H
#define READER_READER_H

#include "backfile.h"

enum article_form {
    FORM_SNIFF = 0, /* decide from the content */
    FORM_WIRE,      /* wire text: wire.h; text that is none is read as FORM_TEXT */
    FORM_TEXT,      /* plain text: a title line and a body */
    FORM_JSON,      /* JSON lines, a JSON array, or one JSON object */
    FORM_SGML,      /* Reuters-21578 */
    FORM_TREC,      /* TREC SGML: <DOC> records */
};

/* A record that was not stored. Borrowed for the call. */
struct refusal {
    const char *path;      /* as shown to a person: archive members as "archive.tar.gz/member.txt" */
    uint64_t record;       /* its number in the file from 1; 0: the file as a whole */
    uint64_t line;         /* where it begins or broke, from 1; 0: unknown */
    uint64_t byte;         /* offset of the byte in question in the decoded text, from 0 */
    bf_text id;            /* if it was found */
    const char *rule;      /* what was broken, one line */
    bf_text bytes;         /* the record's bytes as far as they are known */
};

struct reader_options {
    enum article_form form;
    const char *map;       /* "title=headline,body=content.text", or NULL; for JSON */
    const char *encoding;  /* as iconv names it, or NULL: decide from the content */
};

/* What was read, growing while it is read; another thread may look. */
struct reader_counts {
    uint64_t files, records, refused;
    uint64_t bytes;             /* decompressed article bytes */
    uint64_t source_bytes;      /* bytes read from the files as they lie on disk */
    uint64_t source_total;      /* bytes the files on disk have; 0: unknown (standard input) */
    uint64_t converted_utf16, converted_latin1, converted_other, byte_order_marks;
    uint64_t stripped_controls; /* records from which control characters not allowed in text were taken out */
};

struct reader_sink {
    void *context;
    /* One article, borrowed for the call; `path` and `record` say where it stood. Anything but BF_OK and BF_REFUSED stops the
     * reading. On BF_REFUSED the sink has filled error->message with the rule; the reader then reports the refusal. */
    bf_status (*article)(void *context, const bf_article *article, const char *path, uint64_t record, bf_error *error);
    void (*refused)(void *context, const struct refusal *refusal);
    /* A file that is no article but no mistake either, such as an empty file in a folder or a DTD beside SGML; one line for a
     * person. */
    void (*skipped)(void *context, const char *path, const char *why);
};

/* Reads everything under `path`. BF_OK also when records were refused. A path that does not exist or can't be opened, when
 * given by the user itself, is an error; inside a folder or an archive it is a refusal. */
bf_status read_articles(const char *path, const struct reader_options *options, const struct reader_sink *sink,
                        struct reader_counts *counts, bf_error *error);

/* "wire", "text", "json", "sgml", "trec" to its form; FORM_SNIFF and false for anything else. */
bool article_form_parse(const char *name, enum article_form *form);

/* Versions of the libraries the readers rest on. */
const char *reader_library_versions(void);

#endif
