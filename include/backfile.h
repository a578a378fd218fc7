/*
 * Backfile: an embedded full-text search engine for archives of news articles.
 *
 * An index is a directory. A *writer* (one at a time, in any process) adds, replaces and deletes articles
 * and commits; a *searcher* is a snapshot of the last commit at the moment it was opened or refreshed: it
 * sees all of a commit or nothing of it, and no writer ever disturbs it.
 *
 *     bf_writer *writer;
 *     bf_writer_open("news.bf", NULL, &writer, &error);
 *     bf_writer_add(writer, &article, NULL, &error);
 *     bf_writer_commit(writer, &error);
 *     bf_writer_close(writer);
 *
 *     bf_searcher *searcher;
 *     bf_results *results;
 *     bf_searcher_open("news.bf", NULL, &searcher, &error);
 *     bf_search(searcher, "harbour strike", NULL, &results, &error);
 *
 * Conventions
 * - A function that can fail returns a bf_status; results go out by pointer and are untouched on failure.
 *   `error` is always the last parameter and may be NULL; on failure it holds one line for a person.
 * - In an options struct zero means the default, so `{0}` is all defaults, and so is passing NULL.
 * - What a function hands out `const` is borrowed; the comment says until when it lives.
 * - Every close and free accepts NULL.
 * - A handle serves one thread at a time. Different handles may be used in different threads at once;
 *   open one searcher a thread (they share the mapped files).
 * - Text is UTF-8. Lengths, offsets and sizes are in bytes unless a comment says otherwise.
 * - The library writes nothing to standard output or standard error.
 */
#ifndef BACKFILE_H
#define BACKFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define BF_API __attribute__((visibility("default")))
#else
#define BF_API
#endif

#define BF_VERSION "0.1.0"

/* ---- Failure ---- */

typedef enum bf_status {
    BF_OK = 0,
    BF_NOT_FOUND,     /* an outcome callers expect: no such article, no such term */
    BF_END,           /* an outcome callers expect: nothing further */
    BF_REFUSED,       /* an article broke a rule and was not stored; everything else stands */
    BF_BAD_ARGUMENT,  /* the call itself is wrong */
    BF_NO_MEMORY,
    BF_IO,            /* the operating system or LMDB failed; the message holds its words */
    BF_CORRUPT,       /* stored bytes break the format; the message names file, record and rule */
    BF_INCOMPATIBLE,  /* another format version, or an analyzer this build can't reproduce */
    BF_BUSY,          /* another writer holds the index */
    BF_INTERRUPTED,   /* a callback asked to stop */
} bf_status;

typedef struct bf_error {
    bf_status status;
    char message[1024]; /* one line, NUL-terminated, without program name or newline */
} bf_error;

/* A short English name of the status, such as "corrupt". Static. */
BF_API const char *bf_status_name(bf_status status);

/* The library's version, and one line naming the versions of the libraries it runs with. Static. */
BF_API const char *bf_version(void);
BF_API const char *bf_library_versions(void);

/* ---- Articles ---- */

/* Borrowed bytes; need not be NUL-terminated. Absent is {NULL, 0}. */
typedef struct bf_text {
    const char *bytes;
    size_t length;
} bf_text;

typedef enum bf_precision {
    BF_DATE_NONE = 0, /* no date */
    BF_DATE_YEAR,
    BF_DATE_MONTH,
    BF_DATE_DAY,
    BF_DATE_SECOND,
} bf_precision;

#define BF_ZONE_UNKNOWN INT16_MIN /* a time of day without a zone; counted as UTC */

/* When an article was published, and how exactly that is known. */
typedef struct bf_date {
    int64_t seconds;     /* since 1970-01-01T00:00:00Z, the start of the year, month or day; may be negative */
    int16_t zone;        /* minutes east of UTC the date was written in, or BF_ZONE_UNKNOWN */
    uint8_t precision;   /* a bf_precision */
} bf_date;

#define BF_DATE_TEXT_SIZE 32

/* Writes the date as ISO 8601 to its precision ("2007", "2007-03", "2007-03-01", "2007-03-01T18:15:00Z"),
 * NUL-terminated, and returns its length; 0 and an empty string for no date. Never writes past the size. */
BF_API size_t bf_date_format(bf_date date, char text[BF_DATE_TEXT_SIZE]);

/* Understands ISO 8601 to any precision, "YYYYMMDD", RFC 5322 dates, "26-FEB-1987 15:01:01.79" and
 * "February 26, 1987". Returns BF_NOT_FOUND when the text is not a date. */
BF_API bf_status bf_date_parse(bf_text text, bf_date *date);

#define BF_ID_MAX 400                          /* bytes of an article's id */
#define BF_ARTICLE_MAX ((size_t)256 << 20)     /* bytes of an article, all members together */

/* An article as given to a writer or read back from an index. All text is valid UTF-8. */
typedef struct bf_article {
    bf_text id;        /* names the article: adding the same id again replaces it; 1 to BF_ID_MAX bytes, no control characters */
    bf_text title;     /* the headline */
    bf_text body;      /* paragraphs separated by a blank line */
    bf_text section;
    bf_text place;     /* the dateline's place */
    bf_text byline;
    bf_text source;    /* the agency, paper or archive */
    bf_text url;
    bf_text language;  /* as the source names it; BCP 47 where known */
    bf_date date;
    const bf_text *keywords;
    size_t keyword_count;
    bf_text extra;     /* other members of the record: the text of one JSON object, or absent */
} bf_article;

/* ---- Writing ---- */

typedef struct bf_writer bf_writer;

typedef struct bf_writer_options {
    const char *language;  /* NULL: that of the index, or "english" for a new one; a Snowball name, ISO 639 code, or "none" */
    const char *analysis;  /* NULL: that of the index, or "standard"; "plain": tokens are what stands between spaces */
    uint64_t memory;       /* bytes for articles not yet written to a segment; 0: 512 MiB; 8 MiB to 3 GiB */
    uint32_t threads;      /* that build segments, beside the one that calls; 1: it does so itself; 0: as many as the process has
                            * processors. They share the memory. Answers don't depend on how many there are */
    bool must_exist;       /* fail with BF_NOT_FOUND instead of creating the index */
    bool wait;             /* wait for another writer to end instead of failing with BF_BUSY */
    bool no_sync;          /* don't wait for the disk at commit: a power cut may lose commits (not: mix them) */
    bool no_merge;         /* leave segments as they are */
} bf_writer_options;

/* Opens the index for writing, creating it if need be, and sweeps what a killed writer left behind. */
BF_API bf_status bf_writer_open(const char *path, const bf_writer_options *options, bf_writer **writer, bf_error *error);

/* Adds the article, or replaces the one of the same id; *replaced (may be NULL) says which. Borrowed only
 * for the call: it is copied. Nothing is visible before the commit. BF_REFUSED: the article broke a rule named in `error`.
 * With several threads the article is indexed later, so what fails then (a full disk, memory refused) is reported by a later
 * call, at the latest by the commit. Order of arrival is the order of the calls. */
BF_API bf_status bf_writer_add(bf_writer *writer, const bf_article *article, bool *replaced, bf_error *error);

/* Whether this very article is stored, every member to the byte: then adding it again would change nothing. False also where that is
 * not known without effort, for one that was added a moment ago. */
BF_API bf_status bf_writer_holds(bf_writer *writer, const bf_article *article, bool *holds, bf_error *error);

/* Deletes the article. BF_NOT_FOUND: there is none of that id. */
BF_API bf_status bf_writer_delete(bf_writer *writer, bf_text id, bf_error *error);

/* Publishes everything since the last commit at once, on disk for good when it returns BF_OK, and then merges
 * segments where there are too many of a size, in a commit of its own. After a failure the last commit stands and the writer
 * can only be closed; where only the merge failed, bf_writer_generation has grown nevertheless. */
BF_API bf_status bf_writer_commit(bf_writer *writer, bf_error *error);

/* How many commits stand, as bf_stats counts them. */
BF_API uint64_t bf_writer_generation(const bf_writer *writer);

/* Merges until at most `segment_count` (0: 1) segments are left, purging deleted articles. Commits. */
BF_API bf_status bf_writer_merge(bf_writer *writer, uint32_t segment_count, bf_error *error);

typedef struct bf_reorder_options {
    uint32_t segment_count;  /* as for bf_writer_merge */
    uint32_t threads;        /* 0: as many as there are processors for the process. The result does not depend on it */
} bf_reorder_options;

typedef struct bf_reorder_report {
    uint32_t segments;       /* that were renumbered */
    uint32_t threads;
    uint64_t articles;
    uint64_t words;          /* neither too rare nor too frequent to go by; of them: */
    uint64_t words_used;     /* as many as the writer's memory was enough for */
    uint64_t postings_before, postings_after;   /* bytes on disk; before: deleted articles included */
    uint64_t positions_before, positions_after;
    double seconds;          /* in all */
    double seconds_ordering; /* of them, to find the order */
} bf_reorder_report;

/* Merges like bf_writer_merge, and renumbers the articles of every segment that is left so that those which share words stand
 * together: postings take less room and searches less time. Answers don't change, nor does the order of equal scores or of
 * bf_searcher_each_article, which is that of arrival. `options` and `report` may be NULL. */
BF_API bf_status bf_writer_reorder(bf_writer *writer, const bf_reorder_options *options, bf_reorder_report *report,
                                   bf_error *error);

/* Ends the writer; what was not committed is gone. */
BF_API void bf_writer_close(bf_writer *writer);

/* ---- Searching ---- */

typedef struct bf_searcher bf_searcher;

/* Opens a snapshot of the last commit. BF_NOT_FOUND: no index there; BF_INCOMPATIBLE: its analyzer can't be
 * reproduced by this build, `error` names both. */
BF_API bf_status bf_searcher_open(const char *path, bf_searcher **searcher, bf_error *error);

/* Moves to the last commit if there is a newer one; results taken from the searcher before stay usable. */
BF_API bf_status bf_searcher_refresh(bf_searcher *searcher, bool *moved, bf_error *error);
BF_API void bf_searcher_close(bf_searcher *searcher);

typedef struct bf_search_options {
    uint32_t k;           /* how many hits; 0: 10 */
    uint32_t offset;      /* skip so many of the best first */
    bool set_parameters;  /* k1, b and title_weight below count; otherwise 1.2, 0.75 and BF_TITLE_WEIGHT */
    float k1;             /* 0 to BF_K1_MOST */
    float b;              /* 0 to 1 */
    float title_weight;   /* how often an occurrence in the title counts; 0 to BF_TITLE_WEIGHT_MOST */
    const char *ranker;   /* NULL or "auto"; "exhaustive" scores every match */
    bool count_only;      /* no hits, only the total */
    bool no_total;        /* the total need not be exact: it may be BF_TOTAL_UNKNOWN where counting costs */
    bool match_all_words; /* bare words must all match, instead of any */
    bool plain_query;     /* words are separated by spaces and no sign has a meaning */
} bf_search_options;

#define BF_K1_MOST 1e6f
#define BF_TITLE_WEIGHT 2.0f
#define BF_TITLE_WEIGHT_MOST 1e6f
#define BF_TOTAL_UNKNOWN UINT64_MAX

typedef struct bf_results bf_results;

typedef struct bf_hit {
    uint64_t rank;     /* from 1, offset included */
    float score;
    uint32_t segment;  /* where it is stored in this snapshot: for curiosity and tests */
    uint32_t document;
} bf_hit;

/* Runs one query. Any text is a valid query. Order: score downwards, then the order of arrival.
 * The results keep the snapshot they came from alive; free them when done. */
BF_API bf_status bf_search(bf_searcher *searcher, const char *query, const bf_search_options *options,
                           bf_results **results, bf_error *error);
BF_API void bf_results_free(bf_results *results);

BF_API size_t bf_results_count(const bf_results *results);
BF_API uint64_t bf_results_total(const bf_results *results);       /* matching articles, or BF_TOTAL_UNKNOWN */
BF_API uint64_t bf_results_took_us(const bf_results *results);     /* microseconds from query text to ranked hits */
BF_API const bf_hit *bf_results_hit(const bf_results *results, size_t i);

/* How the query was read: the query in canonical form; what was odd about it, a line each ("" at the end
 * of the notes: NULL); its words with what became of them. All live as long as the results. */
BF_API const char *bf_results_understood(const bf_results *results);
BF_API const char *bf_results_note(const bf_results *results, size_t i);

typedef struct bf_word {
    const char *field;  /* "text", "title", "body", "section", ... */
    const char *word;   /* as typed */
    const char *term;   /* as looked up: folded and stemmed; of =word only folded */
    uint64_t df;        /* articles it occurs in; 0: it matches nothing */
    float idf;
} bf_word;

/* The i-th word of the query in its order; NULL past the last. */
BF_API const bf_word *bf_results_word(const bf_results *results, size_t i);

/* The external id of a hit, cheap. Lives as long as the results. */
BF_API bf_status bf_results_id(bf_results *results, size_t i, bf_text *id, bf_error *error);

/* The stored article of a hit. Lives as long as the results. */
BF_API bf_status bf_results_article(bf_results *results, size_t i, const bf_article **article, bf_error *error);

/* A range of bytes to highlight. */
typedef struct bf_mark {
    size_t start, end; /* [start, end) */
} bf_mark;

typedef struct bf_passage {
    bf_text text;           /* UTF-8; passages joined by " … "; white space folded to single spaces */
    const bf_mark *marks;   /* in ascending order, not overlapping, never inside a grapheme */
    size_t mark_count;
} bf_passage;

/* The best passages of a hit's body within about `width` columns, cut at sentences or words. Where nothing of the
 * query occurs in the body: its beginning. 0: 240. Lives as long as the results. */
BF_API bf_status bf_results_snippet(bf_results *results, size_t i, size_t width, bf_passage *passage, bf_error *error);

/* Marks what the query matched in a text of `field` ("title", "body", ...; NULL: any): valid UTF-8. Lives as long as the results.
 */
BF_API bf_status bf_results_highlight(bf_results *results, const char *field, bf_text text, const bf_mark **marks,
                                      size_t *mark_count, bf_error *error);

/* One part of a score. */
typedef struct bf_part {
    const char *clause;  /* as the query says it: harbour, "harbour strike", title:strike */
    uint64_t df;         /* of a phrase: of its rarest word */
    float idf;           /* of a phrase: the sum over its words */
    float boost;
    float tf;            /* weighted by title_weight */
    float length;        /* of the article in words, as the one-byte length keeps it; 0 where lengths don't count */
    float score;         /* parts add up, in order, to the hit's score */
} bf_part;

/* The parts of a hit's score; live as long as the results. */
BF_API bf_status bf_results_explain(bf_results *results, size_t i, const bf_part **parts, size_t *part_count, bf_error *error);

/* One line saying how the query was run: which ranker, why, and how much was looked at. Lives as long as the results. */
BF_API const char *bf_results_plan(bf_results *results);

/* What finding the hits took, without what was asked of them afterwards. */
typedef struct bf_work {
    uint64_t lists;      /* of postings, opened */
    uint64_t blocks;     /* blocks of 128 postings, pages of 256 articles and groups of positions that were read, each time they were */
    uint64_t bytes;      /* of these; not of the dictionary, nor of the bounds by which others were left out */
    uint64_t documents;  /* scored */
} bf_work;

BF_API void bf_results_work(const bf_results *results, bf_work *work);

/* The stored article of an id. The article lives until the next call of this function on the searcher, or its close. */
BF_API bf_status bf_searcher_article(bf_searcher *searcher, bf_text id, const bf_article **article, bf_error *error);

/* ---- Looking into an index ---- */

typedef struct bf_stats {
    uint64_t generation;      /* counts commits, those of merges included */
    uint64_t articles;        /* live */
    uint64_t deleted;         /* still on disk until a merge */
    uint64_t terms;           /* sum over segments */
    uint64_t postings;        /* of the text field, sum over segments */
    uint64_t positions;
    uint64_t tokens;          /* words of live articles: title and body */
    uint32_t segments;
    uint64_t bytes;           /* of the whole index on disk */
    uint64_t bytes_dictionary, bytes_postings, bytes_positions, bytes_documents, bytes_articles, bytes_other;
    bf_date first, last;      /* earliest and latest date of a live article; precision 0: none has a date */
    const char *analyzer;     /* its identity, one line; lives as long as the searcher */
} bf_stats;

BF_API bf_status bf_searcher_stats(bf_searcher *searcher, bf_stats *stats, bf_error *error);

/* The same without first and last, for which every article's date is looked at: takes no time to speak of. */
BF_API void bf_searcher_counts(bf_searcher *searcher, bf_stats *stats);

/* Calls back for every live article in the order of arrival, until the callback returns something else than BF_OK. */
BF_API bf_status bf_searcher_each_article(bf_searcher *searcher, bf_status (*callback)(void *context, const bf_article *article),
                                          void *context, bf_error *error);

/* Every term of a field (NULL: text) in byte order with its document and collection frequency over live and deleted articles. */
BF_API bf_status bf_searcher_each_term(bf_searcher *searcher, const char *field,
                                       bf_status (*callback)(void *context, bf_text term, uint64_t df, uint64_t cf),
                                       void *context, bf_error *error);

/* The live postings of a term given as stored, in the order of arrival, with positions. */
BF_API bf_status bf_searcher_each_posting(bf_searcher *searcher, const char *field, bf_text term,
                                          bf_status (*callback)(void *context, bf_text id, uint32_t tf,
                                                                const uint32_t *positions),
                                          void *context, bf_error *error);

typedef struct bf_backup_options {
    bool no_check;  /* don't read the copy again */
    bool no_sync;   /* don't wait for the disk: a power cut may lose the copy */
} bf_backup_options;

typedef struct bf_backup_report {
    uint64_t generation;  /* the commit that was copied */
    uint64_t articles;    /* live ones */
    uint64_t bytes;       /* of segments copied */
    uint32_t segments;
    double seconds, seconds_checking; /* in all, and of them for bf_check */
} bf_backup_report;

/* Copies the last commit to a new folder, which is then an index of its own, on disk for good, and checked. Writers and readers
 * of the index go on meanwhile and are not seen. BF_BAD_ARGUMENT: `destination` exists. After a failure there is nothing left of
 * it; BF_CORRUPT: the index itself is damaged, and so would be its copy. `options` and `report` may be NULL. */
BF_API bf_status bf_backup(const char *path, const char *destination, const bf_backup_options *options, bf_backup_report *report,
                           bf_error *error);

/* Reads every byte, verifies every checksum and recounts everything. `finding` is called with one line for each thing
 * wrong, naming file, record and rule. BF_OK: nothing wrong. BF_CORRUPT: something was. */
BF_API bf_status bf_check(const char *path, void (*finding)(void *context, const char *line), void *context, bf_error *error);

typedef struct bf_repair_options {
    const char *language;  /* as in bf_writer_options; used only where the manifest is too damaged to say */
    const char *analysis;
    uint64_t memory;       /* as in bf_writer_options */
    bool no_sync;
} bf_repair_options;

typedef struct bf_repair_report {
    uint64_t saved;           /* articles in the new index */
    uint64_t lost;            /* as many as are known to be */
    bool lost_may_be_more;    /* a part of the index is gone of which nothing says how many articles it had */
    bool manifest_lost;       /* segments were found by their files: what was deleted, or replaced by a commit, may be back */
    bool deletions_lost;      /* the same of one segment at least */
} bf_repair_report;

/* Saves every whole article that can still be read from a damaged index, and verified, into a new one at `into`, which must not
 * exist. Only the stored articles are needed; postings and all else are made anew. `finding` is called with one line for each
 * article that is lost (id if known, file, document, rule) and for each part that can't be used. The damaged index isn't
 * changed. BF_OK also when articles were lost: see `report`, which may be NULL, as may `options`. BF_BAD_ARGUMENT: the
 * language must be given. After a failure nothing is left of `into`. */
BF_API bf_status bf_repair(const char *path, const char *into, const bf_repair_options *options,
                           void (*finding)(void *context, const char *line), void *context, bf_repair_report *report,
                           bf_error *error);

#ifdef __cplusplus
}
#endif
#endif
